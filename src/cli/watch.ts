/** `--watch`: the same answer again and again, until Ctrl-C. */
import { setTimeout as delay } from 'node:timers/promises';
import { createLogUpdate } from 'log-update';
import { connectionProblem } from '../control/connection-problem.js';
import type { Server } from '../control/server.js';
import { durationText } from '../plan/duration.js';
import type { Output } from './output.js';
import { Interrupted } from './problems.js';

/** One thing that is watched: its line is told anew whenever its state is another one. */
export interface WatchedEvent {
  key: string;
  state: string;
  line: string;
}

export interface Watched<T> {
  read(): Promise<T>;
  /** The screen, on a terminal. `now` in epoch milliseconds. */
  picture(seen: T, now: number): string[];
  /** What is told line by line elsewhere. */
  events(seen: T, now: number): WatchedEvent[];
  /** What --json answers: one line for each change. */
  answer(seen: T): unknown;
  /** Whether nothing will change any more. */
  isOver?(seen: T): boolean;
}

export interface WatchOptions {
  /** Milliseconds between two looks. Default 2,000. */
  everyMs?: number;
  /** Ends it as Ctrl-C does. */
  signal?: AbortSignal;
}

const LOOK_EVERY_MS = 2_000;
/** A server that does not answer for so long is away. */
const ANSWER_WITHIN_MS = 5_000;

/**
 * Shows it until it is over, with what it has last seen: on a terminal redrawn in place, elsewhere one line per change.
 * While the server is away, the last picture stays, with its age.
 * @throws Interrupted on Ctrl-C; what the first look throws
 */
export async function watch<T>(out: Output, server: Server, watched: Watched<T>, options: WatchOptions = {}): Promise<T> {
  const stop = new AbortController();
  const interrupt = () => stop.abort();
  process.once('SIGINT', interrupt);
  const signal = options.signal ? AbortSignal.any([stop.signal, options.signal]) : stop.signal;
  const screen = out.stdout.isTTY === true && !out.json ? liveScreen(out, watched) : plainScreen(out, watched);
  const look = () => server.client.withDeadline(Date.now() + ANSWER_WITHIN_MS, () => watched.read());
  let seen = { what: await look(), at: Date.now() };
  screen.show(seen, null);
  try {
    while (watched.isOver?.(seen.what) !== true) {
      await delay(options.everyMs ?? LOOK_EVERY_MS, undefined, { signal });
      try {
        seen = { what: await look(), at: Date.now() };
        screen.show(seen, null);
      } catch (error) {
        const problem = connectionProblem(error);
        if (problem === null) throw error;
        screen.show(seen, problem);
      }
    }
    return seen.what;
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new Interrupted('Not watched any longer.');
  } finally {
    screen.close();
    process.removeListener('SIGINT', interrupt);
  }
}

interface Seen<T> {
  what: T;
  /** Epoch milliseconds. */
  at: number;
}
interface Screen<T> {
  /** `problem`: why the server cannot be asked; then it is what was seen last. */
  show(seen: Seen<T>, problem: string | null): void;
  close(): void;
}

function liveScreen<T>(out: Output, { picture }: Watched<T>): Screen<T> {
  const draw = createLogUpdate(out.stdout, { showCursor: true });
  return {
    show({ what, at }, problem) {
      const lines = picture(what, Date.now());
      const old = problem === null ? [] : ['', `last known, ${durationText(Date.now() - at)} old: ${problem.split('\n')[0]!}`];
      // What does not fit is cut at its end, and said.
      const room = Math.max(5, ((out.stdout as { rows?: number }).rows ?? 40) - 2 - old.length);
      const cut =
        lines.length > room
          ? [...lines.slice(0, room - 1), `… and ${lines.length - room + 1} more lines: all of them without --watch`]
          : lines;
      draw([...cut, ...old].join('\n'));
    },
    close: () => draw.done(),
  };
}

function plainScreen<T>(out: Output, { events, answer }: Watched<T>): Screen<T> {
  const told = new Map<string, string>();
  let away = false;
  return {
    show({ what, at }, problem) {
      if ((problem !== null) !== away) {
        const age = durationText(Date.now() - at);
        out.note(problem === null ? 'The server answers again.' : `last known, ${age} old: ${problem.split('\n')[0]!}`);
      }
      away = problem !== null;
      if (away) return;
      const changed = events(what, Date.now()).filter(({ key, state }) => told.get(key) !== state);
      for (const { key, state, line } of changed) {
        told.set(key, state);
        out.say(line);
      }
      if (out.json && changed.length > 0) out.stdout.write(`${JSON.stringify(answer(what))}\n`);
    },
    close() {
      // Every line stands already.
    },
  };
}
