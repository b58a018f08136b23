/** So many in a minute, for each who asks. */

const MINUTE = 60_000;
/** So many are kept count of; beyond them whoever is longest quiet is forgotten. */
const MOST_COUNTED = 10_000;

export class RateLimit {
  private readonly counted = new Map<string, { since: number; times: number }>();

  /** @param most in each minute, counted from the first */
  constructor(private readonly most: number) {}

  /** Counts one. Answers 0, or how many seconds to wait if it is one too many. `now` in epoch milliseconds. */
  take(who: string, now: number): number {
    const known = this.counted.get(who);
    const entry = known !== undefined && now - known.since < MINUTE ? known : { since: now, times: 0 };
    entry.times++;
    this.counted.delete(who);
    this.counted.set(who, entry);
    if (this.counted.size > MOST_COUNTED) this.counted.delete(this.counted.keys().next().value!);
    return entry.times <= this.most ? 0 : Math.max(1, Math.ceil((entry.since + MINUTE - now) / 1_000));
  }
}
