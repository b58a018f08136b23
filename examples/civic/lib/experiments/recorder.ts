/** Where data sets and results go: JSON lines below `out/`, and Opik where it is configured. */
import { join } from 'node:path';
import type { TaskContext } from 'daychain';
import { outFolder, writeWhole } from '../files.js';
import { opikRecorder } from '../opik/recorder.js';
import type { EvaluationItem } from './items.js';

export interface ResultLine {
  item: EvaluationItem;
  /** Null: no verdict could be had. */
  output: Record<string, unknown> | null;
  error: string | null;
  scores: Record<string, number | null>;
}

export interface ExperimentRun {
  name: string;
  dataset: string;
  /** Name of the traces. */
  feature: string;
  date: string;
  summary: Record<string, unknown>;
  lines: readonly ResultLine[];
}

/** Recording the same twice leaves it once: ids and files have stable names. */
export interface Recorder {
  dataset(name: string, description: string, items: readonly EvaluationItem[]): Promise<void>;
  experiment(run: ExperimentRun): Promise<void>;
}

/** Files are written in any case: they are what a person can look at here. */
export async function recorderFor(ctx: Pick<TaskContext, 'settings' | 'clients' | 'signal'>): Promise<Recorder> {
  const files = jsonLines(join(outFolder(ctx), 'experiments'));
  if (ctx.settings.OPIK_API_KEY === null) return files;
  const opik = await opikRecorder(ctx);
  return {
    async dataset(...given) {
      await files.dataset(...given);
      await opik.dataset(...given);
    },
    async experiment(run) {
      await files.experiment(run);
      await opik.experiment(run);
    },
  };
}

function jsonLines(folder: string): Recorder {
  const lines = (rows: readonly unknown[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('');
  return {
    dataset: (name, _description, items) => writeWhole(join(folder, 'datasets', `${name}.jsonl`), lines(items)),
    async experiment({ name, dataset, date, summary, lines: rows }) {
      await writeWhole(join(folder, `${name}.jsonl`), lines(rows));
      // Last: where it is, the lines are.
      await writeWhole(join(folder, `${name}.json`), { name, dataset, date, ...summary });
    },
  };
}
