/** How the contributions stand on a day, in `out/<date>/validations.json`: what the report reads. */
import { join } from 'node:path';
import type { Verdict } from './charter/charter.js';
import type { Contribution } from './contributions.js';
import { readJson, writeWhole } from './files.js';
import { readRecord, type ContributionRecord, type Incoming } from './records.js';

type Kept = Pick<
  Contribution,
  'id' | 'title' | 'category' | 'idees_ameliorations' | 'source' | 'expected_valid' | 'violations_injected'
>;
export interface ValidationRecord extends Kept, Verdict {
  /** Who judged, and by which rules or model. */
  provider: string;
  model: string;
  /** The run that judged. */
  task_id: string;
}

export interface Validations {
  date: string;
  task_id: string;
  validations: ValidationRecord[];
  /** Contributions without a verdict: pending or quarantined. They are neither approved nor refused. */
  unchecked: string[];
}

const FILE = 'validations.json';

/** The verdicts of a day; null if there are none. */
export function readValidations(day: string): Promise<Validations | null> {
  return readJson<Validations>(join(day, FILE));
}

/** Writes how all that was sent in by the date stands, whichever run judged it. */
export async function storeValidations(
  day: string,
  root: string,
  run: { date: string; task_id: string; all: readonly Incoming[] },
): Promise<Validations> {
  const records = await Promise.all(run.all.map(async ({ id }) => ({ id, record: await readRecord(root, id) })));
  const validations: Validations = {
    date: run.date,
    task_id: run.task_id,
    validations: records.flatMap(({ record }) => (record === null ? [] : validationOf(record))),
    unchecked: records.filter(({ record }) => !record?.judgement).map(({ id }) => id),
  };
  await writeWhole(join(day, FILE), validations);
  return validations;
}

function validationOf({ contribution, judgement, task_id }: ContributionRecord): ValidationRecord[] {
  if (contribution === null || judgement === null) return [];
  const { id, title, category, idees_ameliorations, source, expected_valid, violations_injected } = contribution;
  return [{ id, title, category, idees_ameliorations, source, expected_valid, violations_injected, ...judgement, task_id }];
}
