/** The columns of a grid under the months they lie in. */
import type { GridColumn } from '../../../control/views/grid-types.js';

export interface MonthSpan {
  /** A date in it, `YYYYMMDD`. */
  date: string;
  /** Number of columns. */
  columns: number;
}

export function monthsOf(columns: readonly Pick<GridColumn, 'date'>[]): MonthSpan[] {
  const spans: MonthSpan[] = [];
  for (const { date } of columns) {
    const last = spans.at(-1);
    if (last !== undefined && last.date.slice(0, 6) === date.slice(0, 6)) last.columns++;
    else spans.push({ date, columns: 1 });
  }
  return spans;
}
