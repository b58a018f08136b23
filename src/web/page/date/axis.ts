/** The marks of a time line: round steps, as many as it has room for. Times in epoch milliseconds. */

import type { DateView } from '../../../control/views/date-types.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const STEPS = [
  ...[1, 2, 5, 10, 15, 30].map((many) => many * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((many) => many * MINUTE),
  ...[1, 2, 3, 6, 12, 24, 48, 168].map((many) => many * HOUR),
];

export interface Axis {
  from: number;
  to: number;
  step: number;
  marks: number[];
}

/** At most `most` marks between both ends. `offsetMs`: what the zone is ahead of UTC, so that marks lie on its round hours. */
export function axisOf(from: number, to: number, most: number, offsetMs = 0): Axis {
  const end = Math.max(to, from + SECOND);
  const step =
    STEPS.find((size) => (end - from) / size <= most) ?? Math.ceil((end - from) / most / STEPS.at(-1)!) * STEPS.at(-1)!;
  const marks: number[] = [];
  for (let at = Math.ceil((from + offsetMs) / step) * step - offsetMs; at <= end; at += step) marks.push(at);
  return { from, to: end, step, marks };
}

/**
 * The time a date's chart shows: from its start to its end, with the slot and the deadline where they are near. A rerun is
 * long after its slot, and what earlier runs did lies before it: either would leave its own bars no width.
 */
export function spanOf(
  view: Pick<DateView, 'scheduledFor' | 'deadline' | 'started' | 'timeline'>,
  now: number,
): { from: number; to: number } {
  const started = view.started === null ? -Infinity : Date.parse(view.started);
  const bars = view.timeline.bars.flatMap(({ from, to }) =>
    from === null ? [] : [{ from: Date.parse(from), to: to === null ? now : Date.parse(to) }],
  );
  const own = bars.filter(({ to }) => to >= started);
  if (own.length === 0) return { from: Date.parse(view.timeline.from), to: Date.parse(view.timeline.to) };
  const [from, to] = [Math.min(...own.map((bar) => bar.from)), Math.max(...own.map((bar) => bar.to))];
  const near = Math.max(to - from, SECOND);
  const [slot, deadline] = [Date.parse(view.scheduledFor ?? ''), Date.parse(view.deadline ?? '')];
  return { from: slot < from && slot >= from - near ? slot : from, to: deadline > to && deadline <= to + near ? deadline : to };
}

/** Where an instant lies, 0 at the beginning and 1 at the end. */
export function shareOf(axis: Pick<Axis, 'from' | 'to'>, at: number): number {
  return Math.min(Math.max((at - axis.from) / (axis.to - axis.from), 0), 1);
}

/** What a zone's clock is ahead of UTC at an instant, in milliseconds. */
export function zoneOffset(zone: string, at: number): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    ...{ timeZone: zone, year: 'numeric', month: 'numeric', day: 'numeric' },
    ...{ hour: 'numeric', minute: 'numeric', second: 'numeric', hourCycle: 'h23' },
  }).formatToParts(at);
  const part = (type: Intl.DateTimeFormatPartTypes): number => Number(parts.find((one) => one.type === type)?.value ?? 0);
  const wall = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
  return wall - Math.floor(at / SECOND) * SECOND;
}
