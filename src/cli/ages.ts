/** Ages as people type them. */
import { BadInput } from '../control/errors.js';

const MOST_DAYS = 3_650;

/**
 * Whole days of `30d`, `30 days` or `30`.
 * @throws BadInput in words
 */
export function readDays(text: string, option: string): number {
  const days = Number(/^(\d{1,4}) ?(?:d|days?)?$/.exec(text)?.[1] ?? Number.NaN);
  if (days >= 1 && days <= MOST_DAYS) return days;
  throw new BadInput(`${option} ${text}: expected days, like 30d, from 1d to ${MOST_DAYS}d`);
}
