/** The marks of a time line: round steps, as many as it has room for. Times in epoch milliseconds. */

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
