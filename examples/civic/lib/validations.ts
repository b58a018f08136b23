/** The verdicts of a day: one file each while the task is at work, and all of them in `validations.json` at its end. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Verdict } from './charter/charter.js';
import type { Contribution } from './contributions.js';
import { readJson, writeWhole } from './files.js';

type Kept = Pick<
  Contribution,
  'id' | 'title' | 'category' | 'idees_ameliorations' | 'source' | 'expected_valid' | 'violations_injected'
>;
export interface ValidationRecord extends Kept, Verdict {
  /** Who judged, and by which rules. */
  provider: string;
  model: string;
  /** The run that judged. */
  task_id: string;
}

export interface Validations {
  date: string;
  task_id: string;
  validations: ValidationRecord[];
  /** Contributions that could not be checked. They are neither approved nor refused. */
  unchecked: string[];
}

const FILE = 'validations.json';

/** The verdicts of a day; null if there are none. */
export function readValidations(day: string): Promise<Validations | null> {
  return readJson<Validations>(join(day, FILE));
}

/** Keeps one verdict for the end of the run. */
export function storeRecord(day: string, record: ValidationRecord): Promise<void> {
  return writeWhole(recordFile(day, record.id), record);
}

/**
 * Joins the verdicts this run reached, in the order of the ids, and removes the single files.
 * May be repeated by a later attempt of the same run: what an earlier one joined is kept.
 */
export async function storeValidations(day: string, run: { date: string; task_id: string; ids: string[] }): Promise<Validations> {
  const single = await Promise.all(run.ids.map((id) => readJson<ValidationRecord>(recordFile(day, id))));
  const joined = (await readValidations(day))?.validations ?? [];
  const byId = new Map<string, ValidationRecord>();
  for (const record of [...joined, ...single]) {
    // A verdict of another run proves nothing about this one.
    if (record?.task_id === run.task_id) byId.set(record.id, record);
  }
  const all: Validations = {
    date: run.date,
    task_id: run.task_id,
    validations: run.ids.flatMap((id) => byId.get(id) ?? []),
    unchecked: run.ids.filter((id) => !byId.has(id)),
  };
  await writeWhole(join(day, FILE), all);
  await rm(join(day, 'validations'), { recursive: true, force: true });
  return all;
}

function recordFile(day: string, id: string): string {
  return join(day, 'validations', `${encodeURIComponent(id)}.json`);
}
