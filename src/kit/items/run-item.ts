/** One item: its tries, each within its timeout. */
import { setTimeout as pause } from 'node:timers/promises';
import { TaskError, type Fate } from '../../define/errors.js';
import type { ItemTools } from '../../define/for-each-types.js';
import { askedDelayMs } from '../../plan/asked-delay.js';
import { durationText } from '../../plan/duration.js';
import type { ItemSettings } from './options.js';

/** A try that was told to stop has this long; then it is left behind, still at work. Milliseconds. As for whole attempts. */
const PATIENCE_MS = 10_000;

/** A try of an item took too long. Tried again like any other error, unless the try did not stop. */
export class ItemTimedOut extends TaskError {
  override name = 'ItemTimedOut';

  constructor(
    timeoutMs: number,
    /** It may still be at work: a further try would work beside it. */
    readonly leftBehind: boolean,
  ) {
    const still = leftBehind ? `, and did not stop within ${durationText(PATIENCE_MS)} of being told to` : '';
    super(`timed out after ${durationText(timeoutMs)}${still}`);
  }
}

/** By which the whole attempt is told to stop, and whether the body has asked for it by other ways than the item's tools. */
export interface StopWord {
  signal: AbortSignal;
  lookedAtSignal(): boolean;
}

/**
 * Runs one item, again after an error as its settings say.
 * @throws what its last try threw; the signal's reason if it was aborted in a pause
 */
export async function runItem<R>(
  run: (tools: ItemTools) => R | Promise<R>,
  key: string,
  settings: ItemSettings,
  { signal, lookedAtSignal }: StopWord,
): Promise<R> {
  for (let attempt = 1; ; attempt++) {
    try {
      const own = settings.timeoutMs === null ? null : new AbortController();
      const { tools, looked } = toolsOf(key, attempt, own?.signal ?? signal);
      const work = async () => await run(tools);
      const returned = await (own === null ? work() : inTime(work, settings.timeoutMs!, own, signal));
      // As for a whole body: one that knew it was to stop may have returned half its work.
      if (signal.aborted && (looked() || lookedAtSignal())) signal.throwIfAborted();
      return returned;
    } catch (error) {
      const waitMs = signal.aborted ? null : pauseBefore(attempt, error, settings);
      if (waitMs === null) throw error;
      await pause(waitMs, undefined, { signal }).catch(() => signal.throwIfAborted());
    }
  }
}

/** Milliseconds to wait after the n-th try threw; null if no other follows. Pure. */
export function pauseBefore(tries: number, error: unknown, settings: ItemSettings): number | null {
  if (tries > settings.retries || isFinal(error, settings)) return null;
  const own = Math.min(settings.delayMs * settings.backoff ** (tries - 1), settings.maximumDelayMs);
  const asked = askedDelayMs(error);
  if (asked !== null && asked > settings.maximumDelayMs) return null;
  return Math.max(own, asked ?? 0);
}

/** What becomes of an error. Known by a mark, not by the class: a task may have its own copy of this package. */
export function fateOf(error: unknown): Fate {
  return (error as { fate?: unknown } | null | undefined)?.fate === 'give_up' ? 'give_up' : 'retry';
}

function isFinal(error: unknown, { giveUpOn }: ItemSettings): boolean {
  if (fateOf(error) === 'give_up' || (error instanceof ItemTimedOut && error.leftBehind)) return true;
  return giveUpOn.some((one) => error instanceof one);
}

/** What an item's function is handed: whether it has looked at its signal is kept. */
function toolsOf(key: string, attempt: number, signal: AbortSignal): { tools: ItemTools; looked(): boolean } {
  let looked = false;
  const tools: ItemTools = {
    key,
    attempt,
    get signal() {
      looked = true;
      return signal;
    },
  };
  return { tools, looked: () => looked };
}

/** Ends with the work, or with ItemTimedOut once it has taken too long. `stop`: what else aborts `own`. */
async function inTime<R>(work: () => Promise<R>, timeoutMs: number, own: AbortController, stop: AbortSignal): Promise<R> {
  const stopToo = () => own.abort(stop.reason);
  if (stop.aborted) stopToo();
  stop.addEventListener('abort', stopToo, { once: true });
  const timers: NodeJS.Timeout[] = [];
  let late = false;
  const working = work();
  const leftBehind = new Promise<never>((_, reject) => {
    const tooLate = () => {
      late = true;
      own.abort(new ItemTimedOut(timeoutMs, false));
      timers.push(setTimeout(() => reject(new ItemTimedOut(timeoutMs, true)), PATIENCE_MS));
    };
    timers.push(setTimeout(tooLate, timeoutMs));
  });
  try {
    const ended = await Promise.race([working, leftBehind]);
    // One that was told to stop may have returned with half its work done.
    if (late) throw new ItemTimedOut(timeoutMs, false);
    return ended;
  } catch (error) {
    throw late && !(error instanceof ItemTimedOut) ? new ItemTimedOut(timeoutMs, false) : error;
  } finally {
    stop.removeEventListener('abort', stopToo);
    timers.forEach(clearTimeout);
    working.catch(() => {});
  }
}
