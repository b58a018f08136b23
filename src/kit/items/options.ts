/** The options of `ctx.forEach`, checked and with their defaults. Durations in milliseconds. */
import { PermanentError } from '../../define/errors.js';
import type { ForEachOptions, ItemRetry } from '../../define/for-each-types.js';
import { durationMs, durationText, type Duration } from '../../plan/duration.js';
import { DAY } from '../../plan/limits.js';

export interface ItemSettings {
  name: string;
  concurrency: number;
  /** Null: none. */
  timeoutMs: number | null;
  retries: number;
  delayMs: number;
  backoff: number;
  maximumDelayMs: number;
  giveUpOn: NonNullable<ItemRetry['giveUpOn']>;
  onError: 'collect' | 'stop';
  resume: boolean;
}

/** @throws PermanentError that names the option, what came and what was expected: no further attempt can mend it */
export function readOptions<T>(options: ForEachOptions<T>): ItemSettings {
  const { name = 'items', concurrency = 1, timeout, retry = {}, onError = 'collect', resume = true } = options;
  if (typeof options.key !== 'function') throw refused('key', options.key, 'a function that names an item');
  if (typeof name !== 'string' || !/^[A-Za-z][\w-]{0,39}$/.test(name)) {
    throw refused('name', name, 'a letter, then letters, digits, _ and -, at most 40');
  }
  if (onError !== 'collect' && onError !== 'stop') throw refused('onError', onError, `'collect' or 'stop'`);
  if (typeof resume !== 'boolean') throw refused('resume', resume, 'true or false');
  const { giveUpOn = [] } = retry;
  if (!giveUpOn.every((one) => typeof one === 'function'))
    throw refused('retry.giveUpOn', giveUpOn, 'a list of classes of errors');
  return {
    name,
    concurrency: whole('concurrency', concurrency, 1, 100),
    timeoutMs: timeout === undefined ? null : milliseconds('timeout', timeout, 1),
    retries: whole('retry.retries', retry.retries ?? 0, 0, 20),
    delayMs: milliseconds('retry.delay', retry.delay ?? '1 second', 0),
    backoff: factor(retry.backoff ?? 2),
    maximumDelayMs: milliseconds('retry.maximumDelay', retry.maximumDelay ?? '1 minute', 0),
    giveUpOn,
    onError,
    resume,
  };
}

function whole(option: string, value: number, least: number, most: number): number {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return value;
  throw refused(option, value, `a whole number from ${least} to ${most}`);
}

function factor(value: number): number {
  if (typeof value === 'number' && value >= 1 && value <= 10) return value;
  throw refused('retry.backoff', value, 'a number from 1 to 10');
}

function milliseconds(option: string, value: Duration, least: number): number {
  let ms: number;
  try {
    ms = durationMs(value);
  } catch (error) {
    throw new PermanentError(`ctx.forEach: ${option}: ${(error as Error).message}`);
  }
  if (ms >= least && ms <= 7 * DAY) return ms;
  throw refused(option, value, `from ${durationText(least)} to 7 days`);
}

function refused(option: string, value: unknown, expected: string): PermanentError {
  return new PermanentError(`ctx.forEach: ${option} is ${expected}; got ${JSON.stringify(value) ?? typeof value}`);
}
