/** What a task's body says on the console counts as its log, and never as that of a body that runs beside it. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { Console } from 'node:console';
import { cut } from '../plan/limits.js';

export type ConsoleLevel = 'debug' | 'info' | 'warn' | 'error';

/** Takes one call's text, without the line's end. `method`: that of the console: `log`, `table`. */
export type TakeConsole = (level: ConsoleLevel, method: string, text: string) => void;

/** Longest text of one call, in characters; the rest is cut. */
const LONGEST = 16 * 1024;

const LEVELS: Readonly<Record<string, ConsoleLevel>> = {
  debug: 'debug',
  trace: 'debug',
  warn: 'warn',
  error: 'error',
  assert: 'error',
};

const bodies = new AsyncLocalStorage<TakeConsole>();
/** Groups, counters and timers belong to a body as well. */
const consoles = new WeakMap<TakeConsole, { console: Console; method: string }>();

/** Runs a body: all it says from here on, later callbacks included, is handed to `take`, where the console is captured. */
export function withConsole<T>(take: TakeConsole, run: () => T): T {
  return bodies.run(take, run);
}

/** Runs what outlives the body it was asked for by, as a client that is kept open: what that says is nobody's in particular. */
export function outsideOfBodies<T>(run: () => T): T {
  return bodies.exit(run);
}

/** Captures the console of the whole process. `elsewhere` takes what is said outside of bodies. Answers how to give it back. */
export function captureConsole(elsewhere: TakeConsole): () => void {
  const real = globalThis.console as unknown as Record<string, unknown>;
  const before = new Map<string, unknown>();
  for (const [method, value] of Object.entries(real)) {
    if (typeof value !== 'function' || typeof (Console.prototype as unknown as Record<string, unknown>)[method] !== 'function')
      continue;
    before.set(method, value);
    real[method] = (...given: unknown[]) => speak(bodies.getStore() ?? elsewhere, method, given);
  }
  return () => {
    for (const [method, value] of before) real[method] = value;
  };
}

function speak(take: TakeConsole, method: string, given: readonly unknown[]): unknown {
  let own = consoles.get(take);
  if (own === undefined) consoles.set(take, (own = consoleFor(take)));
  own.method = method;
  const methods = own.console as unknown as Record<string, (...given: readonly unknown[]) => unknown>;
  return methods[method]!(...given);
}

function consoleFor(take: TakeConsole): { console: Console; method: string } {
  const own = { method: 'log', console: undefined as unknown as Console };
  const write = (text: string) => take(LEVELS[own.method] ?? 'info', own.method, cut(text.replace(/\n$/, ''), LONGEST));
  const stream = { write } as unknown as NodeJS.WritableStream;
  own.console = new Console({ stdout: stream, stderr: stream, ignoreErrors: false, colorMode: false });
  return own;
}
