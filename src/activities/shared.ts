/** What one attempt shares with others: `ctx.lock` and `ctx.rateLimit`. */
import { setTimeout as pause } from 'node:timers/promises';
import { LockNotFree, RateLimitReached, TaskError } from '../define/errors.js';
import type { RateLimit, SharedLockHeld, SharedLockOptions } from '../define/shared-types.js';
import { LockStoreUnreachable } from '../lock/errors.js';
import { renewalPeriodMs } from '../lock/protocol.js';
import type { RateLimiter } from '../lock/rate-limit.js';
import type { LockStore } from '../lock/redis-store.js';
import type { SharedKind, SharedNotes } from '../lock/shared-notes.js';
import { durationMs, durationText, type Duration } from '../plan/duration.js';
import { DAY, SECOND } from '../plan/limits.js';
import { keepRenewed, type HeldLock } from './held-lock.js';
import { StopSwitch, type StopRequested } from './stop.js';

/** What a worker has for all its attempts. */
export interface SharedStores {
  /** Locks that outlive a dead holder by so many seconds. */
  locks(ttlSeconds: number): LockStore;
  rates: RateLimiter;
  /** For those who look at locks and limits. Without it nothing is noted. */
  notes?: SharedNotes;
}

export interface SharedParts {
  stores: SharedStores;
  /** The attempt's own value in a lock: an earlier attempt of the same run is taken over. */
  value: string;
  /** Workflow ID of the run, for those who look. */
  who: string;
  /** The attempt's signal; asking for it counts as looking at it. */
  signal(): AbortSignal;
  warn(message: string): void;
}

/** A look at a lock or limit that was not free is repeated after this long at the latest, and at the soonest. Milliseconds. */
const LONGEST_PAUSE_MS = 2_000;
const SHORTEST_PAUSE_MS = 20;
/** A waiter's note outlives its pause by this much, until the next one. */
const NOTE_GRACE_MS = 2_000;

export class Shared {
  private readonly held = new Set<string>();

  constructor(private readonly parts: SharedParts) {}

  /** Does the work while nobody else holds the lock of that name. */
  async lock<T>(name: string, options: SharedLockOptions, work: (held: SharedLockHeld) => T | Promise<T>): Promise<T> {
    checkName('lock', name);
    if (this.held.has(name))
      throw new TypeError(`ctx.lock: this attempt holds "${name}" already; one inside the other never ends`);
    const store = this.parts.stores.locks(ttlSeconds(options.ttl ?? '1 minute'));
    this.held.add(name);
    try {
      const lock = await this.acquire(store, name, waitMs(options.wait));
      return await this.workUnder(store, lock, work);
    } finally {
      this.held.delete(name);
    }
  }

  /** Returns once it is this caller's turn. */
  async rateLimit(name: string, { limit, per, wait }: RateLimit): Promise<void> {
    checkName('rateLimit', name);
    if (!Number.isSafeInteger(limit) || limit < 1 || limit > 10_000) {
      throw new RangeError(`ctx.rateLimit("${name}"): limit is a whole number from 1 to 10,000; got ${limit}`);
    }
    const perMs = between('per', per, SECOND, DAY);
    const until = performance.now() + waitMs(wait);
    for (;;) {
      this.parts.signal().throwIfAborted();
      const answer = await this.parts.stores.rates.take(name, limit, perMs);
      if (answer.taken) return;
      if (performance.now() + answer.waitMs > until) throw new RateLimitReached(name, limit, per, answer.waitMs);
      await this.waitNoted('rate', name, answer.waitMs);
    }
  }

  private async acquire(store: LockStore, name: string, waitFor: number): Promise<HeldLock> {
    const wanted = { ...lockName(name), value: this.parts.value };
    const until = performance.now() + waitFor;
    for (let soon = SHORTEST_PAUSE_MS; ; soon = Math.min(soon * 1.5, LONGEST_PAUSE_MS)) {
      this.parts.signal().throwIfAborted();
      let why: string;
      try {
        const acquired = await store.acquire({ ...wanted, checkSuccess: false });
        if (acquired.outcome === 'acquired') {
          const lock = { ...wanted, fence: acquired.fence };
          if (acquired.tookOver) await this.awaitOldHolder(store, lock);
          await this.note((notes, who) => notes.holds(name, wanted.value, who));
          return lock;
        }
        why = acquired.outcome === 'held' ? `held by ${acquired.holder}${leftText(acquired.ttlMs)}` : acquired.outcome;
        if (acquired.outcome === 'held' && acquired.ttlMs !== null) soon = Math.min(soon, acquired.ttlMs + 1);
      } catch (error) {
        if (!(error instanceof LockStoreUnreachable)) throw error;
        why = error.message;
      }
      const left = until - performance.now();
      if (left <= 0) throw new LockNotFree(name, why);
      await this.waitNoted('lock', name, Math.min(soon, left));
    }
  }

  /**
   * The attempt before may still be alive somewhere: within one renewal period it learns that the lock is ours. Where this one is
   * told to stop meanwhile, the lock is let go at the end of that period: sooner, a third could come in beside the first.
   */
  private async awaitOldHolder(store: LockStore, lock: HeldLock): Promise<void> {
    const periodMs = renewalPeriodMs(store.ttlMs, Infinity);
    const learntAt = performance.now() + periodMs;
    try {
      await this.pause(periodMs);
    } catch (error) {
      setTimeout(() => void this.letGo(store, lock), learntAt - performance.now()).unref();
      throw error;
    }
  }

  private async workUnder<T>(store: LockStore, lock: HeldLock, work: (held: SharedLockHeld) => T | Promise<T>): Promise<T> {
    const { signal } = this.parts;
    const lost = new StopSwitch();
    const endRenewing = keepRenewed(store, lock, Infinity, lost);
    const held: SharedLockHeld = {
      fence: lock.fence,
      get signal() {
        return AbortSignal.any([signal(), lost.signal]);
      },
    };
    try {
      const done = await work(held);
      await endRenewing();
      // Whoever has it now may have worked at the same time: that is no success to be silent about.
      if (lost.cause !== null) throw await this.whyLost(lock, lost.cause);
      return done;
    } finally {
      await endRenewing();
      if (lost.cause?.why !== 'lock_lost') await this.letGo(store, lock);
    }
  }

  /** Never rejects: what cannot be released runs out by its TTL. */
  private async letGo(store: LockStore, lock: HeldLock): Promise<void> {
    await store
      .release(lock)
      .catch((error: Error) => this.parts.warn(`the lock "${lock.task}" was not released: ${error.message}`));
    await this.note((notes, who) => notes.isDone('lock', lock.task, who));
  }

  /** A person who took the lock away has left word. */
  private async whyLost({ task: name, value }: HeldLock, lost: StopRequested): Promise<Error> {
    const taken = await this.parts.stores.notes?.taken(name, value).catch(() => null);
    return taken ? new TaskError(`the lock "${name}" was taken away by ${taken.by}: ${taken.reason}`, { cause: lost }) : lost;
  }

  /** Waits for this long, and is seen to. */
  private async waitNoted(kind: SharedKind, name: string, ms: number): Promise<void> {
    await this.note((notes, who) => notes.waits(kind, name, who, ms + NOTE_GRACE_MS));
    try {
      await this.pause(ms);
    } catch (error) {
      await this.note((notes, who) => notes.isDone(kind, name, who));
      throw error;
    }
    if (kind === 'rate') await this.note((notes, who) => notes.isDone(kind, name, who));
  }

  /** A note that cannot be left is not missed by the work. */
  private async note(leave: (notes: SharedNotes, who: string) => Promise<void>): Promise<void> {
    const { stores, who } = this.parts;
    if (stores.notes) await leave(stores.notes, who).catch(() => {});
  }

  private async pause(ms: number): Promise<void> {
    const signal = this.parts.signal();
    await pause(ms, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
}

/** `shared:lock:{name}:all`. */
function lockName(name: string): { task: string; scope: string } {
  return { task: name, scope: 'all' };
}

function checkName(call: string, name: unknown): void {
  if (typeof name === 'string' && /^[A-Za-z0-9][\w.-]{0,79}$/.test(name)) return;
  const what = JSON.stringify(name) ?? String(name);
  throw new TypeError(`ctx.${call}: ${what} is no name: letters, digits, and _ . - inside, at most 80`);
}

function ttlSeconds(ttl: Duration): number {
  const ms = between('ttl', ttl, 2 * SECOND, DAY);
  if (ms % SECOND === 0) return ms / SECOND;
  throw new RangeError(`ttl is in whole seconds; got ${JSON.stringify(ttl)}`);
}

function waitMs(wait: Duration | 0 = '5 minutes'): number {
  return wait === 0 ? 0 : durationMs(wait);
}

function between(what: string, duration: Duration, least: number, most: number): number {
  const ms = durationMs(duration);
  if (ms >= least && ms <= most) return ms;
  throw new RangeError(`${what} is from ${durationText(least)} to ${durationText(most)}; got ${JSON.stringify(duration)}`);
}

function leftText(ttlMs: number | null): string {
  return ttlMs === null ? ', for ever' : ` (${durationText(ttlMs)} left)`;
}
