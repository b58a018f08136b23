/** What another clock's time says of ours. */

/**
 * Milliseconds by which another clock is surely ahead of ours, negative if behind. It was read at some moment between `before`
 * and `after`, by ours: however long that took, a time between them proves nothing. All in epoch milliseconds.
 */
export function skewMs(theirs: number, before: number, after: number): number {
  if (theirs < before) return theirs - before;
  return Math.max(0, theirs - after);
}
