/** What one `forEach` has done so far, over all attempts of its run, and what of that travels to the next attempt. */
import { PermanentError } from '../../define/errors.js';
import type { ItemOutcome } from '../../define/for-each-types.js';
import { KeptTexts, type TravellingTexts } from '../../plan/kept-texts.js';
import { FinishedKeys, finishedAmong, keysNeeded, type FinishedText } from './finished-keys.js';

/** Different labels, and names of sums, that a `forEach` may have: they are kinds of endings, and travel with every heartbeat. */
const MOST_NAMES = 50;
const LONGEST_NAME = 80;

export interface LedgerText {
  finished: FinishedText;
  succeeded: number;
  failed: number;
  counts: Record<string, number>;
  sums: Record<string, number>;
  errors: TravellingTexts;
  /** All items failed: the next attempt begins anew, and this is kept to be told only. */
  over?: true;
}

export class Ledger {
  succeeded = 0;
  failed = 0;
  /** Items that earlier attempts had finished. */
  resumed = 0;
  errors: KeptTexts;
  private keys: FinishedKeys;
  private counts = new Map<string, number>();
  private sums = new Map<string, number>();
  private over = false;

  /**
   * Opens what an earlier attempt left. `list`: numbers of the keys of today's list, all of them or, where it is only read as it is
   * worked on, as many as `keysToOpen` says.
   */
  constructor(earlier: LedgerText | null, list: readonly number[]) {
    const finished = earlier === null ? new Set<number>() : finishedAmong(earlier.finished, list);
    this.keys = new FinishedKeys(finished ?? new Set());
    for (const id of list) this.keys.list(id);
    this.lost = finished === null ? earlier!.succeeded + earlier!.failed : 0;
    const kept = finished === null ? null : earlier;
    this.errors = new KeptTexts(kept?.errors);
    if (kept === null) return;
    this.succeeded = kept.succeeded;
    this.failed = kept.failed;
    this.resumed = this.processed;
    this.counts = new Map(Object.entries(kept.counts));
    this.sums = new Map(Object.entries(kept.sums));
  }

  /** Items that an earlier attempt had finished, but that cannot be told from the others any more. */
  readonly lost: number;

  get processed(): number {
    return this.succeeded + this.failed;
  }

  /** Keys known so far, of this list and of earlier ones. */
  get listed(): number {
    return this.keys.listed;
  }

  isFinished(id: number): boolean {
    return this.keys.has(id);
  }

  list(id: number): void {
    this.keys.list(id);
  }

  /** @throws PermanentError in words if the outcome is none, or one of too many kinds */
  succeed(id: number, outcome: ItemOutcome): void {
    if (typeof outcome === 'string') increase(this.counts, 'label', outcome, 1);
    else if (outcome !== undefined && outcome !== null) {
      for (const [name, value] of Object.entries(checkedNumbers(outcome))) increase(this.sums, 'name', name, value);
    }
    this.succeeded++;
    this.keys.finish(id);
  }

  fail(id: number, message: string): void {
    this.failed++;
    this.errors.add(message);
    this.keys.finish(id);
  }

  /** All have failed: the next attempt is to try them all again. */
  beginAnew(): void {
    this.over = true;
    this.keys = new FinishedKeys();
  }

  count(label: string): number {
    return this.counts.get(label) ?? 0;
  }

  sum(name: string): number {
    return this.sums.get(name) ?? 0;
  }

  toText(): LedgerText {
    return {
      finished: this.keys.toText(),
      succeeded: this.succeeded,
      failed: this.failed,
      counts: Object.fromEntries(this.counts),
      sums: Object.fromEntries(this.sums),
      errors: this.errors.travelling(),
      ...(this.over && { over: true as const }),
    };
  }
}

/** How many keys of a list have to be known to open what an earlier attempt left. */
export function keysToOpen(earlier: LedgerText | null): number {
  return earlier === null ? 0 : keysNeeded(earlier.finished);
}

function increase(of: Map<string, number>, what: 'label' | 'name', name: string, by: number): void {
  if (!of.has(name) && (of.size >= MOST_NAMES || name.length > LONGEST_NAME)) {
    throw new PermanentError(
      `ctx.forEach: ${JSON.stringify(name.slice(0, 100))} is a ${what} too many or too long: at most ${MOST_NAMES} different ones, ` +
        `each of at most ${LONGEST_NAME} characters. A ${what} is a kind of ending, not an item's own text.`,
    );
  }
  of.set(name, (of.get(name) ?? 0) + by);
}

function checkedNumbers(outcome: unknown): Record<string, number> {
  const numbers = typeof outcome === 'object' && !Array.isArray(outcome) ? (outcome as Record<string, unknown>) : null;
  const wrong = numbers && Object.entries(numbers).find(([, value]) => typeof value !== 'number' || !Number.isFinite(value));
  if (numbers === null || wrong !== undefined) {
    const got = wrong ? `${wrong[0]}: ${JSON.stringify(wrong[1]) ?? typeof wrong[1]}` : typeof outcome;
    throw new PermanentError(
      `ctx.forEach: an item returns a label, numbers to be added up, or nothing; got ${got.slice(0, 200)}`,
    );
  }
  return numbers as Record<string, number>;
}
