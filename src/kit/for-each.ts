/** Working through items: a failing one is recorded and the rest go on; what is finished is not done again by a later attempt. */
import { PermanentError, TaskError, type Fate } from '../define/errors.js';
import type { ForEachOptions, ForEachResult, ItemOutcome, ItemTools } from '../define/for-each-types.js';
import type { KeptTexts } from '../plan/kept-texts.js';
import { MAX_ERROR_TEXT, cut } from '../plan/limits.js';
import type { ItemsProgress } from '../plan/types.js';
import { keysToOpen, Ledger, type LedgerText } from './items/ledger.js';
import { Meter } from './items/meter.js';
import { readOptions, type ItemSettings } from './items/options.js';
import { fateOf, runItem, type StopWord } from './items/run-item.js';
import { sourceOf, type Entry, type Source } from './items/source.js';
import { unlessAborted } from './unless-aborted.js';

export interface ForEachHost extends StopWord {
  /** What an earlier attempt left of the `forEach` of that name. Refuses a name that this attempt has had already. */
  open(name: string): LedgerText | null;
  /** From now on, what the next attempt is told of that `forEach`. */
  keep(name: string, ledger: Ledger): void;
  /** Where errors of items go of which no later attempt is told. */
  readonly errors: KeptTexts;
  /** Resolves once what is kept cannot be lost any more, or the signal is aborted. Never rejects. */
  record(): Promise<void>;
  progress(progress: ItemsProgress): void;
  warn(message: string): void;
  /** Milliseconds of a clock that only goes forward. */
  now(): number;
}

export type ItemWork<T> = (item: T, tools: ItemTools) => ItemOutcome | Promise<ItemOutcome>;

/**
 * Runs a function per item. An item is finished when it has succeeded or failed for good; no other begins in its place before that is
 * recorded. So a worker that is killed leaves at most `concurrency` items to be done twice.
 * @throws TaskError if there were items and all failed (O-16); with `onError: 'stop'` the item's error; the abort's reason once the
 *   signal is aborted; PermanentError for options or keys that are none
 */
export async function forEachItem<T>(
  host: ForEachHost,
  items: Iterable<T> | AsyncIterable<T>,
  options: ForEachOptions<T>,
  run: ItemWork<T>,
): Promise<ForEachResult> {
  const settings = readOptions(options);
  const source = sourceOf(items, (item: T) => options.key(item));
  const earlier = settings.resume ? host.open(settings.name) : null;
  try {
    const list = await source.peek(keysToOpen(earlier));
    const ledger = new Ledger(
      earlier,
      list.map(({ id }) => id),
    );
    if (settings.resume) host.keep(settings.name, ledger);
    else ledger.errors = host.errors;
    if (ledger.lost > 0) {
      host.warn(
        `the items of "${settings.name}" are not those of the attempt before: ${ledger.lost} it had finished cannot be told from the ` +
          'others, so all there are now are done',
      );
    }
    return await new Round(host, settings, source, ledger, run).run();
  } finally {
    // A stream that hangs does not close either, and an attempt that is told to stop does not wait for it.
    await unlessAborted(source.close(), host.signal).catch(() => {});
  }
}

class Round<T> {
  /** What ends the round before its last item: an abort, an item's error that stops, a source that broke. */
  private stopped: { because: Error } | null = null;
  private taking: Promise<unknown> = Promise.resolve();
  private readonly meter: Meter;
  private readonly current = new Set<string>();
  private lastKey: string | null = null;
  private lastError = '';
  /** Whether an item has failed that another try might mend. */
  private worthAnother = false;

  constructor(
    private readonly host: ForEachHost,
    private readonly settings: ItemSettings,
    private readonly source: Source<T>,
    private readonly ledger: Ledger,
    private readonly work: ItemWork<T>,
  ) {
    this.meter = new Meter(() => host.now());
    this.worthAnother = ledger.failed > 0;
  }

  async run(): Promise<ForEachResult> {
    const { ledger, settings } = this;
    this.tell();
    await Promise.all(Array.from({ length: settings.concurrency }, () => this.lane()));
    if (this.stopped !== null) throw this.stopped.because;
    if (ledger.processed > 0 && ledger.succeeded === 0) throw this.allFailed();
    const { processed, succeeded, failed, resumed } = ledger;
    return {
      processed,
      succeeded,
      failed,
      resumed,
      count: (label) => ledger.count(label),
      sum: (name) => ledger.sum(name),
    };
  }

  /** Takes items one after the other until there are none, or the round is stopped. Never rejects. */
  private async lane(): Promise<void> {
    try {
      for (;;) {
        this.host.signal.throwIfAborted();
        const entry = this.stopped === null ? await this.next() : null;
        if (entry === null) return;
        await this.one(entry);
      }
    } catch (error) {
      this.stopped ??= { because: error as Error };
    }
  }

  /** The next item that no earlier attempt has finished. Lanes take turns: a source is asked for one item at a time. */
  private next(): Promise<Entry<T> | null> {
    const turn = this.taking.then(async () => {
      for (;;) {
        const entry = this.stopped === null ? await unlessAborted(this.source.take(), this.host.signal) : null;
        if (entry === null) return null;
        if (this.ledger.isFinished(entry.id)) continue;
        this.ledger.list(entry.id);
        return entry;
      }
    });
    this.taking = turn.catch(() => {});
    return turn;
  }

  private async one(entry: Entry<T>): Promise<void> {
    const { host, ledger } = this;
    this.current.add(entry.key);
    this.lastKey = entry.key;
    this.tell();
    try {
      const ended = await this.ending(entry);
      if ('outcome' in ended) ledger.succeed(entry.id, ended.outcome);
      else this.failed(entry, ended.error);
    } finally {
      this.current.delete(entry.key);
    }
    this.tell();
    if (this.settings.resume) await host.record();
  }

  private async ending({ item, key }: Entry<T>): Promise<{ outcome: ItemOutcome } | { error: unknown }> {
    const { host, settings, work } = this;
    try {
      return { outcome: await runItem((tools) => work(item, tools), key, settings, host) };
    } catch (error) {
      // An item that ends because the whole attempt is told to stop is not finished: the next attempt takes it up.
      host.signal.throwIfAborted();
      return { error };
    }
  }

  private failed({ key, id }: Entry<T>, error: unknown): void {
    if (this.settings.onError === 'stop') throw new ItemFailed(key, error);
    this.lastError = cut(`${cut(key, 200)}: ${messageOf(error)}`, MAX_ERROR_TEXT);
    this.worthAnother ||= fateOf(error) === 'retry';
    this.ledger.fail(id, this.lastError);
  }

  private tell(): void {
    const { ledger, source } = this;
    // Between two items it is at the last one: what is told is seen for seconds, and the next begins at once.
    const [current = this.lastKey] = this.current;
    const of = source.of === null ? null : ledger.listed;
    this.host.progress(this.meter.read({ processed: ledger.processed, of, failed: ledger.failed, current }));
  }

  /** The next attempt tries them all again, if that can help. */
  private allFailed(): Error {
    this.ledger.beginAnew();
    const message = cut(`all ${this.ledger.processed} items failed; the last one: ${this.lastError}`, MAX_ERROR_TEXT);
    return this.worthAnother ? new TaskError(message) : new PermanentError(message);
  }
}

/** An item's error where that ends the attempt: what becomes of the attempt is as the error says. */
class ItemFailed extends TaskError {
  override name = 'ItemFailed';
  override readonly fate: Fate;
  readonly delay: unknown;

  constructor(key: string, error: unknown) {
    super(cut(`${cut(key, 200)}: ${messageOf(error)}`, MAX_ERROR_TEXT), { cause: error });
    this.fate = fateOf(error);
    this.delay = (error as { delay?: unknown } | null | undefined)?.delay;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message || error.name : String(error);
}
