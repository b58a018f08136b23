/** Working through items one by one: a failing item is recorded and the rest go on. */
import { TaskError } from '../define/errors.js';
import type { Checkpoint, ForEachOptions, ForEachResult, Json } from '../define/types.js';

/** Item errors kept, and characters of each. More are counted, not kept. */
const MAX_KEPT_ERRORS = 100;
const MAX_ERROR_TEXT = 1_024;

export interface ForEachHost {
  checkpoint: Checkpoint;
  signal: AbortSignal;
  /** Records an item's error in the run's result. */
  itemError(message: string): void;
  progress(progress: Json): void;
}

/** What is kept in the checkpoint: how far the items are done, under a name no author's checkpoint uses. */
interface Progress {
  forEach: { lastKey: string; succeeded: number; failed: number; counts: Record<string, number> };
}

/**
 * Runs a function per item, in order. An attempt that follows another goes on after the last finished item.
 * @throws TaskError if there were items and none succeeded; the abort's reason once the signal is aborted
 */
export async function forEachItem<T>(
  host: ForEachHost,
  items: Iterable<T>,
  { key }: ForEachOptions<T>,
  run: (item: T) => string | void | Promise<string | void>,
): Promise<ForEachResult> {
  const list = [...items];
  const keys = list.map(key);
  const before = progressOf(host.checkpoint.value);
  const start = before === null ? 0 : keys.indexOf(before.lastKey) + 1;
  const counts: Record<string, number> = start > 0 ? { ...before!.counts } : {};
  let succeeded = start > 0 ? before!.succeeded : 0;
  let failed = start > 0 ? before!.failed : 0;
  let lastError = '';

  for (let at = start; at < list.length; at++) {
    host.signal.throwIfAborted();
    try {
      const label = await run(list[at]!);
      succeeded++;
      if (typeof label === 'string') counts[label] = (counts[label] ?? 0) + 1;
    } catch (error) {
      // An item that ends because the whole attempt is told to stop is not finished: the next attempt takes it up.
      host.signal.throwIfAborted();
      failed++;
      lastError = messageOf(error);
      if (failed <= MAX_KEPT_ERRORS) host.itemError(`${keys[at]}: ${lastError}`.slice(0, MAX_ERROR_TEXT));
    }
    host.checkpoint.save({ forEach: { lastKey: keys[at]!, succeeded, failed, counts } } satisfies Progress);
    host.progress({ processed: at + 1, of: list.length });
  }

  if (list.length > 0 && succeeded === 0) {
    throw new TaskError(`all ${list.length} items failed; the last one: ${lastError}`.slice(0, MAX_ERROR_TEXT));
  }
  return { processed: succeeded + failed, succeeded, failed, count: (label) => counts[label] ?? 0 };
}

function progressOf(checkpoint: Json): Progress['forEach'] | null {
  if (typeof checkpoint !== 'object' || checkpoint === null || Array.isArray(checkpoint)) return null;
  const found = checkpoint.forEach as Progress['forEach'] | undefined;
  return found !== undefined && typeof found.lastKey === 'string' ? found : null;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
