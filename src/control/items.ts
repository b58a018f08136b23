/** How far the items of a running task are, as everything that shows it tells it. Pure. */
import { durationText } from '../plan/duration.js';
import { MINUTE, cut } from '../plan/limits.js';
import type { ItemsProgress } from '../plan/types.js';

export interface ItemsView extends ItemsProgress {
  /** How long the rest takes at this rate, milliseconds; null if nobody can tell. */
  leftMs: number | null;
}

/** Items, from what a body last reported: up to about five seconds old. Null if it speaks of none. */
export function itemsOf(progress: unknown): ItemsView | null {
  if (typeof progress !== 'object' || progress === null) return null;
  const { processed, of, failed, current, perMinute } = progress as Partial<Record<keyof ItemsProgress, unknown>>;
  if (typeof processed !== 'number' || (typeof of !== 'number' && of !== null)) return null;
  const items: ItemsProgress = {
    processed,
    of,
    failed: typeof failed === 'number' ? failed : 0,
    current: typeof current === 'string' ? current : null,
    perMinute: typeof perMinute === 'number' ? perMinute : null,
  };
  return { ...items, leftMs: leftMs(items) };
}

function leftMs({ processed, of, perMinute }: ItemsProgress): number | null {
  if (of === null || perMinute === null || perMinute <= 0 || processed >= of) return null;
  return Math.round(((of - processed) / perMinute) * MINUTE);
}

/** `3,120 of 10,000 items, 2 failed, 41 a minute, about 2 h 46 min left, at page-3121`: most telling first. */
export function itemsText({ processed, of, failed, current, perMinute, leftMs }: ItemsView): string {
  const done = of === null ? `${count(processed)} items so far` : `${count(processed)} of ${count(of)} items`;
  return [
    done,
    ...(failed > 0 ? [`${count(failed)} failed`] : []),
    ...(perMinute === null ? [] : [`${count(perMinute)} a minute`]),
    ...(leftMs === null ? [] : [`about ${durationText(leftMs)} left`]),
    ...(current === null ? [] : [`at ${current}`]),
  ].join(', ');
}

/** What a body last reported of itself, in words where it is items; null if nothing. */
export function progressText(progress: unknown): string | null {
  const items = itemsOf(progress);
  if (items !== null) return itemsText(items);
  return progress === null || progress === undefined ? null : cut(JSON.stringify(progress), 200);
}

/** Which tenth of its items a task is in: what is told line by line tells of these. Null where there are few, or nobody knows. */
export function tenthOf(items: ItemsView | null): number | null {
  if (items === null || items.of === null || items.of < 100) return null;
  return Math.floor((10 * items.processed) / items.of);
}

function count(value: number): string {
  return value.toLocaleString('en');
}
