/** What language models have cost. Pure: calls in, figures out. */
import type { Trace } from './traces.js';

export interface CostRow {
  /** Provider and model, or the day. */
  name: string;
  queries: number;
  usd: number;
}

export interface CostAudit {
  date: string;
  queries: number;
  daily_usd: number;
  daily_eur: number;
  total_queries: number;
  total_usd: number;
  total_eur: number;
  /** Of the date. */
  by_model: CostRow[];
  /** All days up to the date. */
  by_day: CostRow[];
  /** Calls of the date with neither a cost nor a known price: they count as nothing, and are told. */
  unpriced: number;
}

/** Dollars for a million tokens, for calls that were recorded without their cost. */
const PRICES: Record<string, { input: number; output: number }> = {
  'gpt-4.1-mini': { input: 0.4, output: 1.6 },
  'claude-haiku-4-5': { input: 1, output: 5 },
  mistral: { input: 0, output: 0 },
};

/** Each call counts once, by its id, on its day in the zone. Calls after the date are left out, so a past date stays as it was. */
export function auditCosts(
  traces: readonly Trace[],
  date: string,
  { timeZone, eurosPerDollar }: { timeZone: string; eurosPerDollar: number },
): CostAudit {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone });
  const once = [...new Map(traces.map((trace) => [trace.id, trace])).values()];
  const known = once
    .map((trace) => ({ trace, day: format.format(new Date(trace.start_time)).replaceAll('-', ''), usd: costOf(trace) }))
    .filter(({ day }) => day <= date);
  const today = known.filter(({ day }) => day === date);
  const sum = (list: typeof known) => rounded(list.reduce((all, { usd }) => all + (usd ?? 0), 0));
  const rows = (list: typeof known, nameOf: (one: (typeof known)[number]) => string): CostRow[] =>
    [...new Set(list.map(nameOf))].sort().map((name) => {
      const of = list.filter((one) => nameOf(one) === name);
      return { name, queries: of.length, usd: sum(of) };
    });
  return {
    date,
    queries: today.length,
    daily_usd: sum(today),
    daily_eur: rounded(sum(today) * eurosPerDollar),
    total_queries: known.length,
    total_usd: sum(known),
    total_eur: rounded(sum(known) * eurosPerDollar),
    by_model: rows(today, ({ trace }) => [trace.provider, trace.model ?? 'unknown'].filter(Boolean).join('/')),
    by_day: rows(known, ({ day }) => day),
    unpriced: today.filter(({ usd }) => usd === null).length,
  };
}

/** The audit without its tables. */
export function figuresOf(audit: CostAudit): Omit<CostAudit, 'date' | 'by_model' | 'by_day'> {
  const { queries, daily_usd, daily_eur, total_queries, total_usd, total_eur, unpriced } = audit;
  return { queries, daily_usd, daily_eur, total_queries, total_usd, total_eur, unpriced };
}

/** What a person should know of a date's costs. */
export function warningsOf({ date, daily_usd, unpriced }: CostAudit, limit: number): string[] {
  return [
    ...(daily_usd > limit ? [`${daily_usd} USD on ${date}, above the limit of ${limit} (COST_LIMIT_USD)`] : []),
    ...(unpriced > 0 ? [`${unpriced} calls of ${date} have neither a cost nor a known price: they count as nothing`] : []),
  ];
}

function costOf({ total_estimated_cost: recorded, model, input_tokens: input, output_tokens: output }: Trace): number | null {
  if (recorded !== null && recorded !== undefined) return recorded;
  const price = PRICES[model ?? ''];
  return price === undefined ? null : ((input ?? 0) * price.input + (output ?? 0) * price.output) / 1_000_000;
}

/** To a millionth: sums of binary fractions would tell more digits than there are. */
function rounded(amount: number): number {
  return Math.round(amount * 1_000_000) / 1_000_000;
}
