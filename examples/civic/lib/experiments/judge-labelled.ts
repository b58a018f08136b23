/** The labelled texts, judged one by one; each verdict is on the disk before the next one is asked for. */
import { join } from 'node:path';
import { readJson, writeWhole } from '../files.js';
import type { Judgement, Validator } from '../validators/validator.js';
import { stableUuid, type EvaluationItem } from './items.js';
import type { Labelled } from './labelled.js';
import { measure, type Agreement } from './measure.js';
import { averages, METRICS, METRIC_NAMES, type MetricName } from './metrics.js';
import type { ResultLine } from './recorder.js';

/** What is scored for every labelled text. */
const SCORED: readonly MetricName[] = METRIC_NAMES;

export interface LabelledRun {
  /** Folder of this run's verdicts: another run asks anew. */
  folder: string;
  date: string;
  validator: Validator;
  signal: AbortSignal;
}

/** @throws what kept the verdict from being had; the text then counts as not judged */
export async function judgeLabelled(text: Labelled, { folder, date, validator, signal }: LabelledRun): Promise<string> {
  const file = join(folder, `${text.id}.json`);
  const known = await readJson<ResultLine>(file);
  const line = known?.output ? known : await judged(text, date, validator, signal);
  await writeWhole(file, line);
  if (line.error !== null) throw new Error(line.error);
  return line.output?.is_valid ? 'valid' : 'flagged';
}

/** The lines of the texts, in their order; those nobody got to are not judged. */
export async function linesOf(
  texts: readonly Labelled[],
  { folder, date }: Pick<LabelledRun, 'folder' | 'date'>,
): Promise<ResultLine[]> {
  const read = async (text: Labelled) =>
    (await readJson<ResultLine>(join(folder, `${text.id}.json`))) ?? {
      item: itemOf(text, date),
      output: null,
      error: 'not judged',
      scores: {},
    };
  return Promise.all(texts.map(read));
}

/** How far the verdicts agree with the labels. */
export function agreementOf(texts: readonly Labelled[], lines: readonly ResultLine[]): Agreement {
  return measure(
    texts.map(({ violations, category }, at) => {
      const output = lines[at]?.output as Pick<Judgement, 'violations'> | null;
      return { expected: violations, said: output?.violations ?? null, category };
    }),
  );
}

export function averagesOf(lines: readonly ResultLine[]) {
  return averages(
    lines.map(({ scores }) => scores),
    SCORED,
  );
}

async function judged(text: Labelled, date: string, validator: Validator, signal: AbortSignal): Promise<ResultLine> {
  const item = itemOf(text, date);
  try {
    const output = { ...(await validator.validate({ ...text, title: titleOf(text) }, signal)) };
    const scored = { output, expected: item.expected_output, text: `${text.constat_factuel}\n${text.idees_ameliorations}` };
    return { item, output, error: null, scores: Object.fromEntries(SCORED.map((name) => [name, METRICS[name](scored)])) };
  } catch (error) {
    signal.throwIfAborted();
    return { item, output: null, error: (error as Error).message.slice(0, 1_024), scores: {} };
  }
}

function itemOf(text: Labelled, date: string): EvaluationItem {
  const { id, category, constat_factuel, idees_ameliorations, violations } = text;
  return {
    id: stableUuid(date, 'labelled', id),
    input: { title: titleOf(text), body: constat_factuel, category, constat_factuel, idees_ameliorations },
    expected_output: { is_valid: violations.length === 0, violations, category },
    metadata: { id, source: 'labelled', split: 'test' },
  };
}

function titleOf({ constat_factuel }: Labelled): string {
  return constat_factuel.slice(0, 75);
}
