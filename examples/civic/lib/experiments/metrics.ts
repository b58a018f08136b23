/** What a verdict is worth, from 0 to 1 (O-56, O-57). Null: it cannot be told, and counts for nothing. */
import { FACTS } from '../charter/facts.js';
import { INSULTS } from '../charter/lexicon/attack.js';
import { find } from '../charter/marks.js';
import { fold, words } from '../words.js';
import type { Expected } from './items.js';
import { outputFormat } from './output-format.js';

export interface Scored {
  /** What was answered, as it was recorded; never what was expected (defect 10). */
  output: Readonly<Record<string, unknown>>;
  expected: Expected | null;
  /** The text that was judged. */
  text: string;
}

export type Metric = (scored: Scored) => number | null;

/** The first five by written rules, where the original asked a model; the others as they were. */
export const METRICS = {
  /** Share of the words quoted in the reasoning that stand neither in the text nor among the town's figures. 0 is best. */
  hallucination: (scored) => {
    const precision = quotesFound(scored);
    return precision === null ? 0 : 1 - precision;
  },
  /** 1 where the reasoning itself insults, quotations left out. 0 is best. */
  moderation: ({ output }) => Number(find(INSULTS, padded(reasoningOf(output).replace(/«[^»]*»/g, ' '))).weight > 0),
  /** Share of the reasoning's sentences that speak of the charter or use a word of the text. */
  answer_relevance: ({ output, text }) => {
    const sentences = reasoningOf(output)
      .split(/[.!?]+/)
      .filter((sentence) => words(sentence).length > 0);
    const known = new Set([...words(text), ...CHARTER_WORDS].filter((word) => word.length > 3));
    return sentences.length === 0
      ? 0
      : mean(sentences.map((sentence) => Number(words(sentence).some((word) => known.has(word)))));
  },
  /** Share of the expected violations that were named. */
  context_recall: ({ output, expected }) => {
    if (expected === null || expected.violations.length === 0) return null;
    const said = violationsOf(output);
    return mean(expected.violations.map((violation) => Number(said.includes(violation))));
  },
  /** Share of the words quoted that stand in the text. */
  context_precision: (scored) => quotesFound(scored),
  /** Whether the verdict is the expected one. */
  charter_compliance: (scored) => rightOr(scored, 1, 0),
  confidence: ({ output }) => (typeof output.confidence === 'number' ? output.confidence : null),
  output_format: ({ output }) => outputFormat(output),
  /** Whether verdict and violations are the expected ones, all and no others. */
  charter_accuracy: (scored) => {
    if (scored.expected === null) return null;
    return Number(rightOr(scored, true, false) === true && sameSet(violationsOf(scored.output), scored.expected.violations));
  },
  /** 1 for all expected violations and no others, 0.5 for some of them, 0 for none. */
  violation_detection: ({ output, expected }) => {
    if (expected === null) return null;
    const said = violationsOf(output);
    if (sameSet(said, expected.violations)) return 1;
    return said.some((violation) => (expected.violations as readonly string[]).includes(violation)) ? 0.5 : 0;
  },
  /** The confidence where it was right, what it left to doubt where it was wrong. */
  confidence_calibration: (scored) => {
    const { confidence } = scored.output;
    return typeof confidence === 'number' ? rightOr(scored, confidence, 1 - confidence) : null;
  },
} satisfies Record<string, Metric>;

export type MetricName = keyof typeof METRICS;
export const METRIC_NAMES = Object.keys(METRICS) as [MetricName, ...MetricName[]];

/** O-58. At least, or at most. */
export const TARGETS: Partial<Record<MetricName, { atLeast?: number; atMost?: number }>> = {
  output_format: { atLeast: 0.85 },
  confidence: { atLeast: 0.8 },
  hallucination: { atMost: 0.1 },
};

/** The mean of each metric over what it could be told for; null where that was nothing. */
export function averages(scores: readonly Partial<Record<MetricName, number | null>>[], names: readonly MetricName[]) {
  return Object.fromEntries(
    names.map((name) => {
      const told = scores.flatMap((one) => one[name] ?? []);
      return [name, told.length === 0 ? null : Math.round(1_000 * mean(told)) / 1_000];
    }),
  ) as Partial<Record<MetricName, number | null>>;
}

const CHARTER_WORDS = words(
  'aucune infraction charte conforme attaque personnelle discrimination publicite demarchage rapport commune information fausse rumeur apport apports encouragés proposition question critique experience',
);

function quotesFound({ output, text }: Scored): number | null {
  const quotes = [...reasoningOf(output).matchAll(/«([^»]*)»/g)].map(([, quote]) => padded(quote ?? '').trim());
  const known = `${padded(text)}${FACTS.map(({ truth }) => padded(truth)).join('')}${fold(text)}`;
  return quotes.length === 0 ? null : mean(quotes.map((quote) => Number(known.includes(quote))));
}

function rightOr<T>({ output, expected }: Scored, right: T, wrong: T): T | null {
  if (expected === null) return null;
  return output.is_valid === expected.is_valid ? right : wrong;
}

function reasoningOf({ reasoning }: Scored['output']): string {
  return typeof reasoning === 'string' ? reasoning : '';
}

function violationsOf({ violations }: Scored['output']): string[] {
  return Array.isArray(violations) ? violations.filter((one): one is string => typeof one === 'string') : [];
}

function sameSet(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((member) => other.includes(member));
}

function padded(text: string): string {
  return ` ${words(text).join(' ')} `;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
