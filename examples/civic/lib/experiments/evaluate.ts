/** Recorded verdicts, scored. */
import { expectedOf, itemOf, type Validated } from './items.js';
import { averages, METRICS, TARGETS, type MetricName } from './metrics.js';
import type { ResultLine } from './recorder.js';

export interface Evaluation {
  lines: ResultLine[];
  scores: Partial<Record<MetricName, number | null>>;
  targets: Record<string, TargetReached>;
  /** Metrics that miss their target. */
  missed: string[];
}

export function evaluateAll(records: readonly Validated[], names: readonly MetricName[]): Evaluation {
  const lines = records.map((record) => evaluate(record, names));
  const scores = averages(
    lines.map((line) => line.scores),
    names,
  );
  const targets = targetsOf(scores);
  return { lines, scores, targets, missed: Object.keys(targets).filter((name) => targets[name]?.met === false) };
}

/** Scores what was recorded: the verdict itself, against what people say where they have. */
function evaluate(record: Validated, names: readonly MetricName[]): ResultLine {
  const { contribution, judgement } = record;
  const text = `${contribution.title}\n${contribution.constat_factuel}\n${contribution.idees_ameliorations}`;
  const scored = { output: { ...judgement }, expected: expectedOf(contribution), text };
  const scores = Object.fromEntries(names.map((name) => [name, METRICS[name](scored)]));
  return { item: itemOf(record), output: scored.output, error: null, scores };
}

export type TargetReached = {
  value: number | null;
  target: string;
  met: boolean;
};

/** The metrics that have a target (O-58), and whether it is met. What could not be told misses none. */
function targetsOf(averages: Partial<Record<MetricName, number | null>>): Record<string, TargetReached> {
  const reached: Record<string, TargetReached> = {};
  for (const [name, target] of Object.entries(TARGETS)) {
    const value = averages[name as MetricName];
    if (value === undefined) continue;
    const { atLeast = 0, atMost = Infinity } = target;
    const wanted = target.atLeast === undefined ? `at most ${target.atMost}` : `at least ${target.atLeast}`;
    reached[name] = { value, target: wanted, met: value === null || (value >= atLeast && value <= atMost) };
  }
  return reached;
}
