/** The half of the labelled contributions that the rules were not worked on with. Only experiments read it. */
import { z } from 'daychain';
import { CATEGORIES, VIOLATIONS } from '../contributions.js';
import { inProject, readText } from '../files.js';

const labelledSchema = z.object({
  id: z.string(),
  category: z.enum(CATEGORIES).nullable(),
  constat_factuel: z.string(),
  idees_ameliorations: z.string(),
  violations: z.array(z.enum(VIOLATIONS)),
});
export type Labelled = z.infer<typeof labelledSchema>;

/** @param file of JSON lines; default: the bundled half that is held apart */
export async function readLabelled(file = inProject('data', 'labelled', 'held-apart.jsonl')): Promise<Labelled[]> {
  const text = (await readText(file)) ?? '';
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.map((line) => labelledSchema.parse(JSON.parse(line)));
}
