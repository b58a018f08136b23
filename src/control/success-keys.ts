/** The old scheduler's success keys: what keeps a date from running, by its word alone. */
import type { ListedKey } from '../lock/protocol.js';
import type { LockStore } from '../lock/redis-store.js';
import { patternOf } from './choose.js';

export interface SuccessKey {
  task: string;
  /** The date, as the key has it. */
  date: string;
  key: string;
  /** `completed`, if the old scheduler or daychain wrote it. */
  value: string;
  /** Milliseconds until it runs out; null for a key that never does. */
  ttlMs: number | null;
}

/** Which keys are meant. What is left out does not choose. */
export interface KeyChoice {
  /** Ids or patterns with `*`; any of them. */
  tasks?: readonly string[];
  /** Dates or patterns with `*`, like `202602*`; any of them. */
  dates?: readonly string[];
  /** `YYYYMMDD`: only of dates before this one. */
  before?: string;
}

/** Chosen keys, sorted by task and date. Redis is asked in steps, never for all keys at once. */
export async function listSuccessKeys(store: LockStore, choice: KeyChoice = {}): Promise<SuccessKey[]> {
  const [only] = choice.tasks ?? [];
  const one = choice.tasks?.length === 1 && !only!.includes('*') ? { task: only! } : {};
  const keys = await store.listKeys('success', one);
  return keys.filter((key) => isChosen(choice, key)).map(({ scope, ...key }) => ({ ...key, date: scope }));
}

/** Deletes keys that still say what they were seen to say. Those deleted. */
export async function deleteSuccessKeys(store: LockStore, keys: readonly SuccessKey[]): Promise<SuccessKey[]> {
  const deleted: SuccessKey[] = [];
  for (const key of keys) if (await store.deleteKey(key)) deleted.push(key);
  return deleted;
}

function isChosen({ tasks, dates, before }: KeyChoice, { task, scope }: ListedKey): boolean {
  return (
    (tasks === undefined || tasks.some((pattern) => patternOf(pattern).test(task))) &&
    (dates === undefined || dates.some((pattern) => patternOf(pattern).test(scope))) &&
    (before === undefined || (/^\d{8}/.test(scope) && scope.slice(0, 8) < before))
  );
}
