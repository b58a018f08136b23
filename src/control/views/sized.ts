/** Values as far as they are shown. Pure. */
import type { Sized } from './run-types.js';

const MOST_BYTES = 64 * 1024;
const HEAD = 2_000;

/** Null stays null. */
export function sized<T extends object>(value: T | null | undefined): Sized<T> | null {
  if (value === null || value === undefined) return null;
  const text = JSON.stringify(value);
  const bytes = Buffer.byteLength(text);
  return bytes <= MOST_BYTES ? { bytes, value, head: null } : { bytes, value: null, head: text.slice(0, HEAD) };
}
