/** A condition on the time of day. */
import { look, type Look } from './condition.js';

const MINUTE_MS = 60_000;
const DAY_MINUTES = 1_440;

/**
 * It is between two times of day in the chain's zone, the first included, the second not; also over midnight:
 * `between('22:00', '06:00')`. Postponed, it waits until the first.
 */
export function between(from: string, to: string): Look {
  const [first, last] = [minutesOf(from), minutesOf(to)];
  if (first === last) throw new RangeError(`between('${from}', '${to}'): the two times are the same, so it is always or never`);
  return look(({ now, timezone }) => {
    const local = localMinutes(now.getTime(), timezone);
    if (after(first, local) < after(first, last)) return { holds: true };
    const reason = `it is ${clockText(local)} in ${timezone}, not between ${from} and ${to}`;
    return { holds: false, reason, holdsIn: nextAt(first, now.getTime(), timezone) - now.getTime() };
  });
}

/** How many minutes later on the clock, 0 to 1,439. */
function after(from: number, to: number): number {
  return (Math.floor(to) - from + DAY_MINUTES) % DAY_MINUTES;
}

/** Epoch milliseconds at which the clock next shows that minute: the clock may change on the way, so what it shows then is looked at. */
function nextAt(minutes: number, now: number, timezone: string): number {
  const minute = Math.floor(now / MINUTE_MS) * MINUTE_MS;
  const at = minute + after(localMinutes(now, timezone), minutes) * MINUTE_MS;
  const off = (localMinutes(at, timezone) - minutes + DAY_MINUTES) % DAY_MINUTES;
  const wrongBy = off > DAY_MINUTES / 2 ? off - DAY_MINUTES : off;
  const mended = at - wrongBy * MINUTE_MS;
  // A time that the clock leaves out does not come: the first moment after it is as good.
  return localMinutes(mended, timezone) === minutes && mended > now ? mended : Math.max(at, now + MINUTE_MS);
}

function localMinutes(instant: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(
    instant,
  );
  return minutesOf(parts);
}

function minutesOf(time: string): number {
  const match = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(time);
  if (match) return Number(match[1]) * 60 + Number(match[2]);
  throw new RangeError(`between: ${JSON.stringify(time)} is no time of day; write it as '22:00'`);
}

function clockText(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
}
