/**
 * Takes changed files up while `up` runs. A new worker process reads them; once it polls, the one before takes on nothing
 * new and lives on until the last body it runs has ended.
 *
 * A save never takes away what ran before: where it would break a task or chain that runs by the files before, the worker
 * that has those stays, whole, until the files are mended. (A worker with only half of the files would let slots of the
 * broken half fail.) What did not run before may be as broken as it likes: the rest is taken up.
 */
import { changesBetween, type FilesSeen, withMoreFiles } from './project-files.js';
import { entryChanges, fixedChanges, nowBroken, type ProjectDigest } from './project-digest.js';
import type { ReloadNews } from './reload-news.js';
import { nextChange } from './watch-files.js';
import type { WorkerProcess } from './worker-process.js';

export interface ReloaderOptions {
  projectDir: string;
  /** The files as they were before the first worker read them. */
  seen: FilesSeen;
  /** The worker that polls. */
  worker: WorkerProcess;
  /** Makes a further one, not started. */
  newWorker(): WorkerProcess;
  onNews(news: ReloadNews): void;
}

export class Reloader {
  private worker: WorkerProcess;
  /** Started, and not yet polling. */
  private staged: WorkerProcess | null = null;
  /** They run to its end what they had when another took their place. */
  private readonly retired = new Set<WorkerProcess>();
  /** Ids with a schedule by the files of any worker so far: one that was deleted right after a sync is in no list yet. */
  private readonly scheduled = new Set<string>();
  private readonly stopping = new AbortController();
  private readonly listeners: ((digest: ProjectDigest) => void)[] = [];
  private watching: Promise<void> = Promise.resolve();

  constructor(private readonly options: ReloaderOptions) {
    this.worker = options.worker;
  }

  /** The worker that polls. */
  get current(): WorkerProcess {
    return this.worker;
  }

  /** Called with what the new worker has read, each time changed files have been taken up. */
  onReload(listener: (digest: ProjectDigest) => void): void {
    this.listeners.push(listener);
  }

  /** Watches from now on, until `stop`. To be called once, when the first worker polls. */
  watch(): void {
    this.watching = this.watchOn().catch((error: unknown) => {
      if (!this.stopping.signal.aborted) this.options.onNews({ type: 'watch_ended', message: (error as Error).message });
    });
  }

  /** Ends the watch, and all workers as `WorkerProcess.stop` does. */
  async stop(drainMs: number, withinMs: number): Promise<void> {
    this.stopping.abort();
    await Promise.all([...this.workers()].map((worker) => worker.stop(drainMs, withinMs)));
    await this.watching;
  }

  /** At once: what they run is repeated by the next worker. */
  kill(): void {
    this.stopping.abort();
    for (const worker of this.workers()) worker.kill();
  }

  private workers(): Set<WorkerProcess> {
    return new Set([this.worker, ...this.retired, ...(this.staged === null ? [] : [this.staged])]);
  }

  private async watchOn(): Promise<void> {
    const { projectDir: dir } = this.options;
    const modules = new Set(this.worker.digest!.modules);
    /** As the worker that polls has read them, and as they were judged last. */
    let taken = await withMoreFiles(this.options.seen, modules);
    let judged = taken;
    // A worker that died meanwhile has read whatever there was when it was started again.
    let takenBy = this.worker.pid;
    for (;;) {
      const now = await nextChange({ dir, modules: () => modules }, judged, this.stopping.signal);
      const touched = changesBetween(dir, judged, now).length > 0;
      judged = now;
      if (!touched) continue;
      const changes = changesBetween(dir, taken, now);
      if (changes.length === 0 && this.worker.pid === takenBy) {
        this.options.onNews({ type: 'undone' });
        continue;
      }
      const read = await this.take(changes);
      for (const path of read?.digest.modules ?? []) modules.add(path);
      judged = await withMoreFiles(judged, modules);
      if (!read?.taken) continue;
      taken = judged;
      takenBy = this.worker.pid;
    }
  }

  /** Reads the files anew, and lets them count unless that would take something away. Null where they could not be read. */
  private async take(changes: FileChanges): Promise<{ digest: ProjectDigest; taken: boolean } | null> {
    const { onNews, newWorker } = this.options;
    const began = performance.now();
    const before = this.worker.digest!;
    for (const id of before.schedules) this.scheduled.add(id);
    const next = newWorker();
    this.staged = next;
    try {
      const digest = await next.stage();
      const refusal = refusalOf(before, digest);
      if (refusal !== null) {
        onNews({ ...refusal, changes });
        await next.stop(0, STAGED_ENDS_WITHIN_MS);
        return { digest, taken: false };
      }
      await next.go();
      this.replaceBy(next);
      const entries = entryChanges(before, digest, new Set(changes.map(({ file }) => file)));
      onNews({ type: 'taken', changes, entries, problems: digest.problems, tookMs: performance.now() - began });
      if (digest.problems.length === 0) await this.sync(next);
      for (const listener of this.listeners) listener(digest);
      return { digest, taken: true };
    } catch (error) {
      next.kill();
      if (!this.stopping.signal.aborted) onNews({ type: 'unreadable', changes, message: (error as Error).message });
      return null;
    } finally {
      this.staged = null;
    }
  }

  /** The new one polls: now the one before may let go. */
  private replaceBy(next: WorkerProcess): void {
    const old = this.worker;
    this.worker = next;
    this.retired.add(old);
    let told = false;
    const timer = setTimeout(() => {
      told = true;
      this.options.onNews({ type: 'draining', pid: old.pid });
    }, SILENT_DRAIN_MS);
    void old.retire().then(() => {
      clearTimeout(timer);
      this.retired.delete(old);
      if (told && !this.stopping.signal.aborted) this.options.onNews({ type: 'drained', pid: old.pid });
    });
  }

  private async sync(worker: WorkerProcess): Promise<void> {
    try {
      this.options.onNews({ type: 'synced', steps: await worker.sync([...this.scheduled]) });
    } catch (error) {
      if (!this.stopping.signal.aborted) this.options.onNews({ type: 'not_synced', message: (error as Error).message });
    }
  }
}

type FileChanges = ReturnType<typeof changesBetween>;

const STAGED_ENDS_WITHIN_MS = 2_000;
/** A worker that ends within this had nothing to end: not worth a word. */
const SILENT_DRAIN_MS = 2_000;

type Refusal =
  { type: 'fixed'; fixed: ReturnType<typeof fixedChanges> } | { type: 'broken'; problems: ProjectDigest['problems'] };

function refusalOf(before: ProjectDigest, after: ProjectDigest): Refusal | null {
  if (after.configProblem !== null || nowBroken(before, after).length > 0) return { type: 'broken', problems: after.problems };
  const fixed = fixedChanges(before, after);
  return fixed.length === 0 ? null : { type: 'fixed', fixed };
}
