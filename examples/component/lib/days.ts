/** The days of this project: they begin and end by its own clocks, an hour or two before those of UTC. */
import { Temporal } from 'temporal-polyfill/implementation';

export const ZONE = 'Europe/Paris';

/** The first instant of a date, `YYYYMMDD`. */
export function dayStart(date: string): Date {
  return firstInstant(Temporal.PlainDate.from(date));
}

/** The first instant of the date after it: a day on which clocks are set has 23 or 25 hours. */
export function dayEnd(date: string): Date {
  return firstInstant(Temporal.PlainDate.from(date).add({ days: 1 }));
}

function firstInstant(day: Temporal.PlainDate): Date {
  return new Date(day.toZonedDateTime(ZONE).epochMilliseconds);
}
