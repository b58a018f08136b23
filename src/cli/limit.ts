/** `--limit`: how much of a long list is shown. */
import { BadInput } from '../control/errors.js';

/**
 * A whole number from 1 to `most`; undefined where none was given.
 * @throws BadInput in words
 */
export function readLimit(text: string | undefined, most: number): number | undefined {
  if (text === undefined) return undefined;
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= 1 && number <= most) return number;
  throw new BadInput(`--limit ${text}: expected a whole number from 1 to ${most.toLocaleString('en')}`);
}
