/** Shared locks and rate limits as tables. */
import type { HolderState } from '../control/locks.js';
import type { SharedView } from '../control/shared-locks.js';
import { durationText } from '../plan/duration.js';
import { table } from './table.js';

export function sharedLines({ shared, limits }: SharedView, holders: Record<HolderState, string>): string[] {
  const locks = shared.map(({ name, run, holder, ttlMs, state, waiting }) => [
    name,
    run ?? holder,
    ttlMs === null ? 'never ends' : durationText(ttlMs),
    holders[state],
    whoWaits(waiting),
  ]);
  const rates = limits.map(({ name, used, limit, perMs, waitMs, waiting }) => [
    name,
    `${used} of ${limit} in ${durationText(perMs)}`,
    waitMs === 0 ? 'now' : `in ${durationText(waitMs)}`,
    whoWaits(waiting),
  ]);
  return [
    ...(locks.length === 0 ? [] : ['', ...table([['SHARED LOCK', 'HOLDER', 'LEFT', 'WHO', 'WAITING'], ...locks])]),
    ...(rates.length === 0 ? [] : ['', ...table([['RATE LIMIT', 'USED', 'NEXT', 'WAITING'], ...rates])]),
  ];
}

function whoWaits([first, ...more]: readonly string[]): string {
  return first === undefined ? '–' : more.length === 0 ? first : `${first} and ${more.length} more`;
}
