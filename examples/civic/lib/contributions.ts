/** Citizens' contributions as they were sent in: `data/contributions/*.json`, each a list. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { PermanentError, z } from 'daychain';
import { readJson, shownPath } from './files.js';

export const CATEGORIES = [
  'economie',
  'logement',
  'culture',
  'ecologie',
  'associations',
  'jeunesse',
  'alimentation-bien-etre-soins',
] as const;
export type Category = (typeof CATEGORIES)[number];

export const VIOLATIONS = ['personal_attack', 'advertising', 'off_topic', 'false_information'] as const;
export type Violation = (typeof VIOLATIONS)[number];

export const ENCOURAGED = ['concrete_proposal', 'constructive_criticism', 'question', 'experience', 'improvement'] as const;
export type EncouragedAspect = (typeof ENCOURAGED)[number];

export const contributionSchema = z.object({
  id: z.string().regex(/^[A-Za-z0-9_-]{1,80}$/, 'an id of letters, digits, - and _'),
  category: z.enum(CATEGORIES).nullable(),
  /** What the citizen observed, and what they suggest. */
  constat_factuel: z.string(),
  idees_ameliorations: z.string(),
  title: z.string(),
  body: z.string(),
  source: z.string(),
  /** For test data made from another contribution: which, how many edits away, and how alike (0 to 1). */
  parent_id: z.string().nullable(),
  distance_from_parent: z.number().int().min(0),
  similarity_to_parent: z.number().min(0).max(1),
  /** For test data: the verdict it was written for. Null where people would disagree. */
  expected_valid: z.boolean().nullable(),
  violations_injected: z.array(z.enum(VIOLATIONS)).nullable(),
  metadata: z.object({
    mutation_type: z.string().nullable(),
    llm_generated: z.boolean(),
    submitted_at: z.iso.datetime({ offset: true }),
  }),
});
export type Contribution = z.infer<typeof contributionSchema>;

/** A record as it lies in its file, not yet checked beyond its id. */
export interface RawContribution {
  id: string;
  file: string;
  record: unknown;
}

/**
 * Every record of the folder in the order of files and lists. A record without a usable id is named by its place.
 * A file that is no JSON list is a PermanentError: dropping it would hide contributions.
 */
export async function readContributions(folder: string): Promise<RawContribution[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json')).sort();
  const found: RawContribution[] = [];
  for (const file of names) {
    const list = await readJson<unknown>(join(folder, file));
    if (!Array.isArray(list)) throw new PermanentError(`${shownPath(join(folder, file))} holds no list of contributions`);
    for (const [index, record] of list.entries()) {
      const id: unknown = (record as { id?: unknown } | null)?.id;
      found.push({ id: typeof id === 'string' && id !== '' ? id : `${file}#${index}`, file, record });
    }
  }
  return found;
}

/**
 * The day in the zone at which a record was sent in, `YYYYMMDD`; null if it does not say so.
 * Records without a day are never held back: their check will say what is wrong with them.
 */
export function submittedOn(raw: RawContribution, timeZone: string): string | null {
  const at = contributionSchema.shape.metadata.safeParse((raw.record as { metadata?: unknown } | null)?.metadata);
  if (!at.success) return null;
  return new Intl.DateTimeFormat('sv-SE', { timeZone }).format(new Date(at.data.submitted_at)).replaceAll('-', '');
}
