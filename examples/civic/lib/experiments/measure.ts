/** How far a validator agrees with people: what is flagged rightly and wrongly. "Positive" is a violation found. */
import { CATEGORIES, VIOLATIONS, type Category, type Violation } from '../contributions.js';

/** One text: what people say it breaks, and what the validator says. Null: it gave no verdict. */
export interface Judged {
  expected: readonly Violation[];
  said: readonly Violation[] | null;
  category: Category | null;
}

// A type, not an interface: it is part of a task's output, which is JSON.
export type Figures = {
  items: number;
  true_positives: number;
  false_positives: number;
  true_negatives: number;
  false_negatives: number;
  /** Of what was flagged, how much rightly: 0 to 1. Null if nothing was. */
  precision: number | null;
  /** Of what breaks the charter, how much was flagged: 0 to 1. Null if nothing does. */
  recall: number | null;
  f1: number | null;
};

export type Agreement = Figures & {
  /** Texts without a verdict. They count as not flagged: what was not judged was not caught. */
  unjudged: number;
  by_violation: Record<Violation, Figures>;
  by_category: Record<Category | 'none', Figures>;
};

export function measure(judged: readonly Judged[]): Agreement {
  const breaks = (some: readonly Judged[]) =>
    figures(some.map(({ expected, said }) => [expected.length > 0, (said?.length ?? 0) > 0]));
  return {
    ...breaks(judged),
    unjudged: judged.filter(({ said }) => said === null).length,
    by_violation: byName(VIOLATIONS, (violation) =>
      figures(judged.map(({ expected, said }) => [expected.includes(violation), said?.includes(violation) ?? false])),
    ),
    by_category: byName([...CATEGORIES, 'none'], (name) =>
      breaks(judged.filter(({ category }) => (category ?? 'none') === name)),
    ),
  };
}

/** One line per name, as a table for people. */
export function tableOf(agreement: Agreement): string[] {
  const percent = (share: number | null) => (share === null ? '    –' : share.toFixed(3));
  const line = (name: string, { items, precision, recall, f1 }: Figures) =>
    `${name.padEnd(30)} ${String(items).padStart(4)}  P ${percent(precision)}  R ${percent(recall)}  F1 ${percent(f1)}`;
  return [
    line('violates the charter', agreement),
    ...Object.entries(agreement.by_violation).map(([name, one]) => line(`  ${name}`, one)),
    ...Object.entries(agreement.by_category).map(([name, one]) => line(`  theme ${name}`, one)),
  ];
}

function byName<N extends string>(names: readonly N[], figuresOf: (name: N) => Figures): Record<N, Figures> {
  return Object.fromEntries(names.map((name) => [name, figuresOf(name)])) as Record<N, Figures>;
}

function figures(pairs: [breaks: boolean, flagged: boolean][]): Figures {
  const count = (breaks: boolean, flagged: boolean) => pairs.filter((pair) => pair[0] === breaks && pair[1] === flagged).length;
  const hits = count(true, true);
  const false_positives = count(false, true);
  const false_negatives = count(true, false);
  return {
    items: pairs.length,
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
