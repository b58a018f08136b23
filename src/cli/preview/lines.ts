/** Slots as a table for people, with what clock changes do to them. */
import { dashed, dateOf } from '../../time/dates.js';
import { weekdayOf } from '../../time/days.js';
import type { DueSlot } from '../../time/due.js';
import { clockEffects, type ClockEffects } from '../../time/effects.js';
import type { CompiledSchedule } from '../../time/schedule.js';
import { clock } from '../../time/sentence.js';
import { localText } from '../../time/zones.js';
import { table } from '../table.js';
import { isShownInUtc } from '../../control/when-text.js';
import { shownSlot } from '../../control/preview-request.js';

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MOST_TIMES = 6;

/** The window in epoch milliseconds. */
export function previewLines(compiled: CompiledSchedule, slots: readonly DueSlot[], from: number, to: number): string[] {
  const { timezone, sentence } = compiled;
  const inUtc = isShownInUtc();
  const title = sentence.endsWith(`, ${timezone}`) ? sentence : `${sentence}; dates in ${timezone}`;
  if (slots.length === 0) return [title, 'No slot in this window.', ...droppedLines(compiled, clockEffects(compiled, from, to))];
  const effects = clockEffects(compiled, from, to);
  const rows = slots.map((slot) => {
    const { nominal, local, date } = shownSlot(slot, timezone);
    const times = inUtc ? [nominal] : [localTime(local, date), nominal];
    return [dashed(date), WEEKDAYS[weekdayOf(slot.day)]!, ...times, effectText(effects, slot.at)];
  });
  const head = ['DATE', 'DAY', ...(inUtc ? ['UTC'] : ['LOCAL', 'UTC']), ''];
  return [title, ...table([head, ...rows]), ...droppedLines(compiled, effects)];
}

/** Seconds only where there are some; the day too where it is not the date's own. */
function localTime(local: string, date: string): string {
  const time = local.slice(11, local.slice(17, 19) === '00' ? 16 : 19);
  return local.startsWith(dashed(date)) ? time : `${time} on ${local.slice(0, 10)}`;
}

function effectText({ slots }: ClockEffects, at: number): string {
  const found = slots.get(at);
  if (!found) return '';
  const time = clock(found.time);
  switch (found.effect) {
    case 'moved':
      return `moved: clocks skip ${time}`;
    case 'only':
      return `clocks show ${time} twice: the first`;
    case 'first':
      return `clocks show ${time} twice: 1 of 2`;
    case 'second':
      return `clocks show ${time} twice: 2 of 2`;
  }
}

function droppedLines({ timezone }: CompiledSchedule, { dropped }: ClockEffects): string[] {
  return dropped.map(({ day, change, times }) => {
    const shows = (offset: number) => localText(change.at + offset).slice(11, 16);
    const named = times.length > MOST_TIMES ? `${times.length} times` : times.map(clock).join(', ');
    const verb = times.length === 1 ? 'has' : 'have';
    return `${dashed(dateOf(day))}: clocks in ${timezone} go from ${shows(change.before)} to ${shows(change.after)}; ${named} ${verb} no slot.`;
  });
}
