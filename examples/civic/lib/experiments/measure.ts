/** How far a validator agrees with people: what is flagged rightly and wrongly. "Positive" is a violation found. */
import { VIOLATIONS, type Violation } from '../contributions.js';

/** One text: what people say it breaks, and what the validator says. Null: it gave no verdict. */
export interface Judged {
  expected: readonly Violation[];
  said: readonly Violation[] | null;
}

export interface Figures {
  true_positives: number;
  false_positives: number;
  true_negatives: number;
  false_negatives: number;
  /** Of what was flagged, how much rightly: 0 to 1. Null if nothing was. */
  precision: number | null;
  /** Of what breaks the charter, how much was flagged: 0 to 1. Null if nothing does. */
  recall: number | null;
  f1: number | null;
}

export interface Agreement extends Figures {
  items: number;
  /** Texts without a verdict. They count as not flagged: what was not judged was not caught. */
  unjudged: number;
  by_violation: Record<Violation, Figures>;
}

export function measure(judged: readonly Judged[]): Agreement {
  const by_violation = Object.fromEntries(
    VIOLATIONS.map((violation) => [
      violation,
      figures(judged.map(({ expected, said }) => [expected.includes(violation), said?.includes(violation) ?? false])),
    ]),
  ) as Record<Violation, Figures>;
  return {
    items: judged.length,
    unjudged: judged.filter(({ said }) => said === null).length,
    ...figures(judged.map(({ expected, said }) => [expected.length > 0, (said?.length ?? 0) > 0])),
    by_violation,
  };
}

function figures(pairs: [breaks: boolean, flagged: boolean][]): Figures {
  const count = (breaks: boolean, flagged: boolean) => pairs.filter((pair) => pair[0] === breaks && pair[1] === flagged).length;
  const hits = count(true, true);
  const false_positives = count(false, true);
  const false_negatives = count(true, false);
  return {
    true_positives: hits,
    false_positives,
    true_negatives: count(false, false),
    false_negatives,
    precision: share(hits, hits + false_positives),
    recall: share(hits, hits + false_negatives),
    f1: share(2 * hits, 2 * hits + false_positives + false_negatives),
  };
}

function share(part: number, whole: number): number | null {
  return whole === 0 ? null : Math.round((1_000 * part) / whole) / 1_000;
}
