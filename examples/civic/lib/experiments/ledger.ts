/** What was added to a data set or evaluated already, and under which name each run works: `out/experiments/ledger.json`. */
import { join } from 'node:path';
import { readJson, writeWhole } from '../files.js';

interface Ledger {
  /** By run and prefix. */
  names: Record<string, string>;
  /** By what was done, text and its content: the run that did it. */
  done: Record<string, string>;
}

export interface ExperimentLedger {
  /** `prefix-date-NNN`, 001 to 999; the same for every attempt of the run. */
  name(prefix: string, date: string): Promise<string>;
  /** Whether an earlier run has done it. What this run did counts as still to do: an attempt may have died after it. */
  isDone(what: string): boolean;
  mark(what: readonly string[]): Promise<void>;
}

/** One run writes at a time: the tasks hold the lock `civic-experiments`. */
export async function openLedger(root: string, taskId: string): Promise<ExperimentLedger> {
  const file = join(root, 'experiments', 'ledger.json');
  const ledger = (await readJson<Ledger>(file)) ?? { names: {}, done: {} };
  return {
    async name(prefix, date) {
      const start = `${prefix}-${date}-`;
      const key = `${taskId}:${prefix}`;
      const known = ledger.names[key];
      if (known?.startsWith(start)) return known;
      const taken = Object.values(ledger.names).filter((name) => name.startsWith(start)).length;
      // The original went over to the time of day after 99; numbers go on here, so that names stay in order.
      const name = `${start}${String(taken + 1).padStart(3, '0')}`;
      ledger.names[key] = name;
      await writeWhole(file, ledger);
      return name;
    },
    isDone: (what) => (ledger.done[what] ?? taskId) !== taskId,
    async mark(what) {
      for (const one of what) ledger.done[one] = taskId;
      await writeWhole(file, ledger);
    },
  };
}
