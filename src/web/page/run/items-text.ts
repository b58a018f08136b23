/** How far the items of a running task are, in words: what is done, then how it goes on. */
import type { ItemsView } from '../../../control/items.js';
import type { Speech } from '../i18n/context.js';

/** `3,120 of 10,000 items`, with those that failed. */
export function itemsDone({ t, format }: Speech, { processed, of, failed }: ItemsView): string[] {
  const done = of === null ? t.itemsSoFar(format.number(processed)) : t.itemsOf(format.number(processed), format.number(of));
  return failed === 0 ? [done] : [done, t.itemsFailed(format.number(failed))];
}

/** The same where there is little room: many are told as their share. */
export function itemsShort(speech: Speech, items: ItemsView): string[] {
  const { processed, of } = items;
  if (of === null || of < 100) return itemsDone(speech, items);
  const [, ...failed] = itemsDone(speech, items);
  return [speech.format.percent(processed / of), ...failed];
}

/** `41 a minute`, `about 3 min left`, the item it is at. */
export function itemsPace({ t, format }: Speech, { perMinute, leftMs, current }: ItemsView): string[] {
  return [
    ...(perMinute === null ? [] : [t.perMinute(format.number(perMinute))]),
    ...(leftMs === null ? [] : [t.timeLeft(format.duration(leftMs))]),
    ...(current === null ? [] : [t.itemNow(current)]),
  ];
}
