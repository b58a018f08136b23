/** Watches the event loop: a body that computes without a pause stops heartbeats, timers and all other bodies of its worker. */
import { Worker } from 'node:worker_threads';
import { durationText } from '../plan/duration.js';
import type { Log } from './attempt-log.js';

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

/**
 * Two watchers. A thread tells at once, on standard error, of a loop that is blocked, for it may never be free again; and when it
 * is, this process's own log tells for how long. Both name what was running: with more than one it is one of them.
 */
export function watchLoop({ log, longestMs = LONGEST_MS, descriptor = 2, onBlocked }: LoopWatchOptions): LoopWatch {
  const turns = new Int32Array(new SharedArrayBuffer(4));
  const names = new SharedNames();
  const running = new Map<string, number>();
  const every = Math.max(10, longestMs / 10);
  const thread = new Worker(PROGRAM, { eval: true, workerData: { turns, ...names.shared, longestMs, every, descriptor } });
  thread.unref();
  // Without it blocks are told of afterwards only.
  thread.on('error', (error) => log.warn({}, `the loop's watcher has ended: ${error.message}`));

  let turned = performance.now();
  let ended: string[] = [];
  const timer = setInterval(() => {
    const now = performance.now();
    const blockedMs = Math.round(now - turned);
    const among = [...new Set([...running.keys(), ...ended])];
    turned = now;
    ended = [];
    Atomics.add(turns, 0, 1);
    if (blockedMs < longestMs) return;
    log.warn({ event: 'LOOP_BLOCKED', tasks: among, blocked_ms: blockedMs }, blockedText(among, blockedMs));
    onBlocked?.(among, blockedMs);
  }, every);
  timer.unref();

  return {
    async during(name, work) {
      running.set(name, (running.get(name) ?? 0) + 1);
      names.write([...running.keys()]);
      try {
        return await work();
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
      await thread.terminate();
    },
  };
}

function blockedText(names: readonly string[], blockedMs: number): string {
  const what = names.length === 0 ? 'no body was running' : names.length === 1 ? names[0]! : `one of ${names.join(', ')}`;
  const advice = names.length === 0 ? '' : '; isolate: true gives such a task a process of its own';
  return `the event loop was blocked for ${durationText(blockedMs)}, and with it every body of this worker: by ${what}${advice}`;
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

/** Text, so that it needs no file of its own and no loader. */
const PROGRAM = `
const { workerData } = require('node:worker_threads');
const { writeSync } = require('node:fs');
const { turns, bytes, length, longestMs, every, descriptor } = workerData;
let seen = Atomics.load(turns, 0);
let since = performance.now();
let told = false;
setInterval(() => {
  const now = Atomics.load(turns, 0);
  if (now !== seen) { seen = now; since = performance.now(); told = false; return; }
  const blockedMs = Math.round(performance.now() - since);
  if (told || blockedMs < longestMs) return;
  told = true;
  const tasks = new TextDecoder().decode(bytes.slice(0, Atomics.load(length, 0)));
  const line = { level: 40, time: Date.now(), pid: process.pid, event: 'LOOP_BLOCKED', tasks: tasks === '' ? [] : tasks.split(', '), blocked_ms: blockedMs, msg: 'the event loop is blocked: nothing of this worker goes on, heartbeats included' };
  try { writeSync(descriptor, JSON.stringify(line) + '\\n'); } catch {}
}, every);
`;
