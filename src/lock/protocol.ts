/**
 * The lock's protocol: names of keys, what their values mean, and how the scripts' answers are read. Pure.
 *
 * The keys are those of the old scheduler, so that both respect each other:
 * `lock:{task}:{date}` holds its owner, `success:{task}:{date}` says the date is done.
 * `fence:{task}:{date}` is daychain's own.
 */

/** What a lock is for. */
export interface LockName {
  task: string;
  /** The date, `YYYYMMDD`; the run key for tasks locked by run. */
  scope: string;
}

export type Acquired =
  /** `tookOver`: an earlier attempt of the same run held it. Wait one renewal period before the body starts: that attempt may still be alive. */
  | { outcome: 'acquired'; fence: number; tookOver: boolean }
  /** `ttlMs` is null for a key that never expires; `ours` if the holder is another attempt of the same run. */
  | { outcome: 'held'; holder: string; ttlMs: number | null; ours: boolean }
  | { outcome: 'already_completed' };

/** `reclaimed`: the key was gone and nobody had held it since. `lost`: by whom, null where the holder is gone again. */
export type Renewed = 'renewed' | 'reclaimed' | { lost: string | null };

export interface LockState {
  holder: string | null;
  /** Null without a holder, or for a key that never expires. */
  ttlMs: number | null;
  /** Whether the success key exists. */
  completed: boolean;
  /** The newest fence, null if none is known. */
  fence: number | null;
}

/** `run`: an attempt of a daychain run. `abandoned`: its body did not stop when told to. `foreign`: anyone else, the old scheduler included. */
export type HolderKind = 'run' | 'abandoned' | 'foreign';

export interface ListedLock extends LockName {
  key: string;
  holder: string;
  kind: HolderKind;
  /** Null for a key that never expires. */
  ttlMs: number | null;
}

export interface LockKeys {
  lock: string;
  success: string;
  fence: string;
}

/** The keys of one lock. `prefix` stands before each; the old scheduler's keys have none. */
export function lockKeys(prefix: string, { task, scope }: LockName): LockKeys {
  return {
    lock: `${prefix}lock:${task}:${scope}`,
    success: `${prefix}success:${task}:${scope}`,
    fence: `${prefix}fence:${task}:${scope}`,
  };
}

export type KeyKind = keyof LockKeys;

/** A key of the protocol as it stands in Redis. */
export interface ListedKey extends LockName {
  key: string;
  value: string;
  /** Null for a key that never expires. */
  ttlMs: number | null;
}

/** The name behind a key of one kind; null for keys that are none of this prefix. */
export function parseKey(prefix: string, kind: KeyKind, key: string): LockName | null {
  const start = `${prefix}${kind}:`;
  if (!key.startsWith(start)) return null;
  const rest = key.slice(start.length);
  const colon = rest.indexOf(':');
  if (colon < 1 || colon === rest.length - 1) return null;
  return { task: rest.slice(0, colon), scope: rest.slice(colon + 1) };
}

/** A pattern for SCAN that matches the keys of one kind, of one task or of all. */
export function keyPattern(prefix: string, kind: KeyKind, task?: string): string {
  return `${escapeGlob(prefix)}${kind}:${task === undefined ? '*' : escapeGlob(task)}:*`;
}

/** The value under which one attempt holds a lock. `attempt` counts from 1 and never repeats within a run. */
export function lockValue(taskId: string, attempt: number): string {
  const value = `${taskId}:${attempt}`;
  if (parseLockValue(value) === null) {
    throw new TypeError(`a lock's value is {task_id}:{attempt}, such as 3f9a1c2e:1; got ${JSON.stringify(value)}`);
  }
  return value;
}

export interface LockOwner {
  taskId: string;
  attempt: number;
}

/** The attempt behind a value; null for every value that is not exactly `{task_id}:{attempt}`: those of strangers, and tombstones. */
export function parseLockValue(value: string): LockOwner | null {
  const found = /^([^:]+):([1-9]\d{0,8})$/.exec(value);
  return found ? { taskId: found[1]!, attempt: Number(found[2]) } : null;
}

/** What an attempt leaves in place of its value when its body does not stop: nobody takes it over, it ends by its TTL. */
export function tombstone(value: string): string {
  return `${value}:abandoned`;
}

export function holderKind(holder: string): HolderKind {
  if (parseLockValue(holder)) return 'run';
  const plain = holder.replace(/:abandoned$/, '');
  return plain !== holder && parseLockValue(plain) ? 'abandoned' : 'foreign';
}

/** Whether another attempt of this value's run holds the lock, dead or alive. */
export function isSameRun(holder: string, value: string): boolean {
  const own = parseLockValue(value);
  return own !== null && holder.startsWith(`${own.taskId}:`) && holderKind(holder) !== 'foreign';
}

/** How often a held lock is renewed, in milliseconds. */
export function renewalPeriodMs(ttlMs: number, heartbeatTimeoutMs: number): number {
  return Math.min(ttlMs / 3, heartbeatTimeoutMs / 2);
}

// The scripts answer with a word and texts: numbers would lose digits in some servers' Lua.

export function readAcquired(answer: unknown, value: string): Acquired {
  const [word, first, second] = words(answer);
  switch (word) {
    case 'acquired':
      return { outcome: 'acquired', fence: Number(first), tookOver: second === '1' };
    case 'held':
      return { outcome: 'held', holder: first ?? '', ttlMs: remaining(second), ours: isSameRun(first ?? '', value) };
    case 'already_completed':
      return { outcome: 'already_completed' };
    default:
      throw unreadable('acquire', answer);
  }
}

export function readRenewed(answer: unknown): Renewed {
  const [word, holder] = words(answer);
  if (word === 'renewed' || word === 'reclaimed') return word;
  if (word === 'lost') return { lost: holder || null };
  throw unreadable('renew', answer);
}

export function readState(answer: unknown): LockState {
  const [word, holder, ttl, completed, fence] = words(answer);
  if (word !== 'state') throw unreadable('peek', answer);
  return {
    holder: holder || null,
    ttlMs: holder ? remaining(ttl) : null,
    completed: completed === '1',
    fence: fence ? Number(fence) : null,
  };
}

/** A listed key as a lock. */
export function lockOf({ key, task, scope, value, ttlMs }: ListedKey): ListedLock {
  return { key, task, scope, holder: value, kind: holderKind(value), ttlMs };
}

/** Reads the page of values that belongs to these keys. Keys that are gone, and keys that hold no text, are left out. */
export function readKeys(answer: unknown, prefix: string, kind: KeyKind, keys: readonly string[]): ListedKey[] {
  const found = words(answer);
  if (found.length !== keys.length * 2) throw unreadable('list', answer);
  return keys.flatMap((key, at) => {
    const name = parseKey(prefix, kind, key);
    const value = found[at * 2]!;
    if (name === null || value === '') return [];
    return [{ ...name, key, value, ttlMs: remaining(found[at * 2 + 1]) }];
  });
}

function words(answer: unknown): string[] {
  return Array.isArray(answer) ? answer.map(String) : [];
}

/** Redis says -1 for a key that never expires. */
function remaining(ttl: string | undefined): number | null {
  const ms = Number(ttl);
  return ms < 0 ? null : ms;
}

function unreadable(script: string, answer: unknown): Error {
  return new Error(`Redis answered the lock's ${script} script with ${JSON.stringify(answer)}, which is none of its answers`);
}

function escapeGlob(text: string): string {
  return text.replace(/[\\*?[\]^]/g, '\\$&');
}
