/** Watches the event loop: a body that computes without a pause stops heartbeats, timers and all other bodies of its worker. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { url as inspectedAt } from 'node:inspector';
import { isMainThread, Worker } from 'node:worker_threads';
import { durationText } from '../plan/duration.js';
import type { Log } from './attempt-log.js';
import { WATCHING_THREAD } from './loop-watch-thread.js';

export interface LoopWatch {
  /** Does work on the loop that has this name, as `task_report:20260203`. */
  during<T>(name: string, work: () => Promise<T>): Promise<T>;
  end(): Promise<void>;
}

export interface LoopWatchOptions {
  log: Log;
  /** A loop that turns no sooner than this is blocked. Milliseconds. Default 10,000. */
  longestMs?: number;
  /** Where the thread writes a line while the loop is blocked: nothing else can be said then. Default 2, standard error. */
  descriptor?: number;
  /** Told after each block. */
  onBlocked?(names: readonly string[], blockedMs: number): void;
}

const LONGEST_MS = 10_000;
const NAMES_BYTES = 4_096;

/** What the thread saw: the body that holds the loop, null if it is none of them; and the function, with its file. */
interface Seen {
  name: string | null;
  at: string;
}

/** What does work on the loop, followed through every await. */
const current = new AsyncLocalStorage<string>();
let watches = 0;

/**
 * Two watchers. A thread tells at once, on standard error, of a loop that is blocked, for it may never be free again; and when it
 * is, this process's own log tells for how long. The thread stops this one for a moment, by Node's inspector, to see which body
 * it is and where. Where that cannot be seen (in native code, or with a debugger attached) both name all that were running.
 * A machine that stands still for a while blocks nothing: then the thread has not had its turns either.
 */
export function watchLoop({ log, longestMs = LONGEST_MS, descriptor = 2, onBlocked }: LoopWatchOptions): LoopWatch {
  const turns = new Int32Array(new SharedArrayBuffer(4));
  // Milliseconds the thread has looked on for.
  const watched = new Int32Array(new SharedArrayBuffer(4));
  // Whether there is a debugger, whose stops are not to be ended by ours; or this is a thread, which it could not stop.
  const inspected = new Int32Array(new SharedArrayBuffer(4));
  const answer = `daychain.loop-watch.${++watches}`;
  let seen: Seen | null = null;
  // Called by the thread, within the function that holds the loop.
  const answers = globalThis as unknown as Record<symbol, ((at: string) => string | null) | undefined>;
  answers[Symbol.for(answer)] = (at) => (seen = { name: current.getStore() ?? null, at }).name;
  const names = new SharedNames();
  const running = new Map<string, number>();
  const every = Math.max(10, longestMs / 10);
  const shared = { turns, watched, inspected, ...names.shared };
  const thread = new Worker(WATCHING_THREAD, { eval: true, workerData: { ...shared, answer, longestMs, every, descriptor } });
  thread.unref();
  // Without it blocks are told of afterwards only.
  let alone = false;
  thread.on('error', (error) => {
    alone = true;
    log.warn({}, `the loop's watcher has ended: ${error.message}`);
  });

  let turned = performance.now();
  let watchedThen = 0;
  let ended: string[] = [];
  const timer = setInterval(() => {
    const now = performance.now();
    const watchedNow = Atomics.load(watched, 0);
    // The thread's next turn may be due: that much is not counted yet. As a count of 32 bits: it begins anew after some weeks.
    const atMost = alone || watchedNow === 0 ? Infinity : ((watchedNow - watchedThen) | 0) + 2 * every;
    const blockedMs = Math.round(Math.min(now - turned, atMost));
    const all = [...new Set([...running.keys(), ...ended])];
    const found = seen;
    turned = now;
    watchedThen = watchedNow;
    ended = [];
    seen = null;
    Atomics.store(inspected, 0, isMainThread && inspectedAt() === undefined ? 0 : 1);
    Atomics.add(turns, 0, 1);
    if (blockedMs < longestMs) return;
    const among = found === null ? all : found.name === null ? [] : [found.name];
    const at = found === null ? {} : { at: found.at };
    log.warn({ event: 'LOOP_BLOCKED', tasks: among, ...at, blocked_ms: blockedMs }, blockedText(among, blockedMs, found));
    onBlocked?.(among, blockedMs);
  }, every);
  timer.unref();

  return {
    async during(name, work) {
      running.set(name, (running.get(name) ?? 0) + 1);
      names.write([...running.keys()]);
      try {
        return await current.run(name, work);
      } finally {
        const left = running.get(name)! - 1;
        if (left > 0) running.set(name, left);
        else running.delete(name);
        // What ended in the very turn that was long is told of as well.
        ended.push(name);
        names.write([...running.keys()]);
      }
    },
    async end() {
      clearInterval(timer);
      delete answers[Symbol.for(answer)];
      await thread.terminate();
    },
  };
}

function blockedText(names: readonly string[], blockedMs: number, seen: Seen | null): string {
  const nobody = seen === null ? 'no body was running' : 'by none of the bodies that were running';
  const what = names.length === 0 ? nobody : `by ${names.length === 1 ? names[0]! : `one of ${names.join(', ')}`}`;
  const where = seen === null ? '' : `, in ${seen.at}`;
  const advice = names.length === 0 ? '' : '; isolate: true gives such a task a process of its own';
  return `the event loop was blocked for ${durationText(blockedMs)}, and with it every body of this worker: ${what}${where}${advice}`;
}

/** Texts that a thread can read while this one is busy. */
class SharedNames {
  readonly shared = {
    bytes: new Uint8Array(new SharedArrayBuffer(NAMES_BYTES)),
    length: new Int32Array(new SharedArrayBuffer(4)),
  };

  write(names: readonly string[]): void {
    const text = new TextEncoder().encode(names.join(', ')).subarray(0, NAMES_BYTES);
    this.shared.bytes.set(text);
    Atomics.store(this.shared.length, 0, text.length);
  }
}
