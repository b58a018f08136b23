/** Which recorded verdicts an experiment or an evaluation takes up. */
import { readRecords } from '../records.js';
import { correctness, isValidated, type Validated } from './items.js';
import type { ExperimentLedger } from './ledger.js';

export interface Choice {
  root: string;
  ledger: ExperimentLedger;
  /** The first and the last date whose runs count, `YYYYMMDD`. */
  since: string;
  until: string;
  most: number;
}

export interface Chosen {
  records: Validated[];
  /** Notes that they were taken up: the next run leaves them. Call it once they are recorded. */
  done(): Promise<void>;
}

/** Verdicts less right, or less sure, than the threshold, which no data set of that prefix has yet (O-53). */
export function chooseDoubtful(choice: Choice, prefix: string, threshold: number): Promise<Chosen> {
  return choose(
    choice,
    ({ id, content }) => `${prefix}:${id}:${content}`,
    (record) => correctness(record) < threshold,
  );
}

/** Verdicts that were not evaluated since they were reached (O-54). */
export function chooseFresh(choice: Choice, experimentType: string): Promise<Chosen> {
  return choose(
    choice,
    ({ id, content, timestamp }) => `evaluated:${experimentType}:${id}:${content}:${timestamp}`,
    () => true,
  );
}

async function choose(
  { root, ledger, since, until, most }: Choice,
  markOf: (record: Validated) => string,
  isWanted: (record: Validated) => boolean,
): Promise<Chosen> {
  const records = (await readRecords(root))
    .filter(isValidated)
    .filter((record) => record.date >= since && record.date <= until && isWanted(record) && !ledger.isDone(markOf(record)))
    .slice(0, most);
  return { records, done: () => ledger.mark(records.map(markOf)) };
}
