/** How a task is run: what its author says, what the project says, and what holds else. */
import type { TaskSpec } from '../plan/types.js';
import { DAY, MINUTE, SECOND } from '../plan/limits.js';
import { at, checkKeys, isFields, readChoice, readDuration, readFields, readNumber, type Fields } from './fields.js';
import { shown, type Note } from './problems.js';

export const SETTING_KEYS = ['timeout', 'heartbeat', 'retry', 'lock'];

/** What was said; what was not is absent. Times in milliseconds. */
export interface Settings {
  timeoutMs?: number;
  heartbeatMs?: number;
  retries?: number;
  retryDelayMs?: number;
  retryBackoff?: number;
  retryMaximumDelayMs?: number;
  lock?: { by?: 'date' | 'run'; waitMs?: number } | false;
}

const DEFAULTS = {
  timeoutMs: 15 * MINUTE,
  heartbeatMs: 30 * SECOND,
  retries: 3,
  retryDelayMs: 5 * MINUTE,
  retryBackoff: 1,
  retryMaximumDelayMs: DAY,
  lockBy: 'date',
  lockWaitMs: 30 * MINUTE,
} as const;

const LONGEST = 7 * DAY;
const LONGEST_WAIT = 30 * DAY;

export function readSettings(note: Note, path: string, fields: Fields): Settings {
  const retry = readFields(note, at(path, 'retry'), fields.retry);
  return definedOnly({
    timeoutMs: readDuration(note, at(path, 'timeout'), fields.timeout, SECOND, LONGEST),
    heartbeatMs: readDuration(note, at(path, 'heartbeat'), fields.heartbeat, 2 * SECOND, LONGEST),
    ...(retry && readRetry(note, at(path, 'retry'), retry)),
    lock: readLock(note, at(path, 'lock'), fields.lock),
  });
}

/** The spec of a task: its own settings before the project's before the general ones. */
export function specOf(
  own: Settings,
  project: Settings,
  rest: Pick<TaskSpec, 'summary' | 'tags' | 'successKeys' | 'isolate' | 'waits'>,
): TaskSpec {
  const said = { ...project, ...own };
  const retryDelayMs = said.retryDelayMs ?? DEFAULTS.retryDelayMs;
  return {
    timeoutMs: said.timeoutMs ?? DEFAULTS.timeoutMs,
    heartbeatMs: said.heartbeatMs ?? DEFAULTS.heartbeatMs,
    maximumAttempts: (said.retries ?? DEFAULTS.retries) + 1,
    retryDelayMs,
    retryBackoff: said.retryBackoff ?? DEFAULTS.retryBackoff,
    // Temporal refuses a first pause longer than the longest.
    retryMaximumDelayMs: Math.max(said.retryMaximumDelayMs ?? DEFAULTS.retryMaximumDelayMs, retryDelayMs),
    lock: lockOf(own.lock, project.lock),
    ...rest,
  };
}

function lockOf(own: Settings['lock'], project: Settings['lock']): TaskSpec['lock'] {
  if (own === false || (own === undefined && project === false)) return false;
  const said = { ...(project || {}), ...own };
  return { by: said.by ?? DEFAULTS.lockBy, waitMs: said.waitMs ?? DEFAULTS.lockWaitMs };
}

function readRetry(note: Note, path: string, retry: Fields): Settings {
  checkKeys(note, path, retry, ['retries', 'delay', 'backoff', 'maximumDelay']);
  const retryDelayMs = readDuration(note, at(path, 'delay'), retry.delay, 0, LONGEST);
  const retryMaximumDelayMs = readDuration(note, at(path, 'maximumDelay'), retry.maximumDelay, SECOND, LONGEST);
  if (retryDelayMs !== undefined && retryMaximumDelayMs !== undefined && retryMaximumDelayMs < retryDelayMs) {
    note(
      at(path, 'maximumDelay'),
      retry.maximumDelay,
      `${shown(retry.maximumDelay)} is shorter than the delay, ${shown(retry.delay)}.`,
    );
  }
  return definedOnly({
    retries: readNumber(note, at(path, 'retries'), retry.retries, { least: 0, most: 100, whole: true }),
    retryDelayMs,
    retryBackoff: readNumber(note, at(path, 'backoff'), retry.backoff, { least: 1, most: 10 }),
    retryMaximumDelayMs,
  });
}

function readLock(note: Note, path: string, value: unknown): Settings['lock'] | undefined {
  if (value === undefined || value === false) return value;
  if (!isFields(value)) {
    note(path, value, `${shown(value)} is not possible; expected false (no lock) or an object like { wait: '30 minutes' }.`);
    return undefined;
  }
  checkKeys(note, path, value, ['by', 'wait']);
  return definedOnly({
    by: readChoice(note, at(path, 'by'), value.by, ['date', 'run'] as const),
    waitMs: value.wait === 0 ? 0 : readDuration(note, at(path, 'wait'), value.wait, 0, LONGEST_WAIT),
  });
}

function definedOnly<T extends object>(fields: { [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
}
