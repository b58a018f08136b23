import { localInstantText } from '../../src/time/zones.js';

/**
 * A time of day, like `06:00`, that is so many hours away: no slot of a schedule at that time falls due while the tests run.
 * Two such times differ also where a clock goes back between them, if they are two hours apart.
 */
export function quietTime(zone: string, hours = 12): string {
  return localInstantText(Date.now() + hours * 3_600_000, zone).slice(11, 16);
}
