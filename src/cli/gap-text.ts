/** A gap in words. */
import type { Gap } from '../control/gaps.js';
import { whenText } from '../control/when-text.js';

/** `3 slots fell due since yesterday 06:00: all run, oldest first`. `now` in epoch milliseconds. */
export function gapText(gap: Gap, now: number): string {
  const { runs, coalesced, misfired, overlap } = gap;
  const count = runs + coalesced + misfired;
  const order = runs > 1 && overlap === 'queue' ? ', oldest first' : '';
  const parts = [
    count === 1 && runs === 1 ? 'it runs' : runs === count ? `all run${order}` : runs === 0 ? '' : `${runs} will run${order}`,
    coalesced > 0 ? `${coalesced} coalesced` : '',
    misfired > 0 ? `${misfired} misfired` : '',
  ].filter((part) => part !== '');
  const since = `${count === 1 ? '1 slot' : `${count} slots`} fell due since ${whenText(gap.since, gap.timezone, now)}`;
  return `${since}: ${parts.join('; ')}`;
}
