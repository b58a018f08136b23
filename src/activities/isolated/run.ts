/** Runs a body in a process of its own, which ends with the attempt, with this worker, and when it does not stop in time. */
import { type ChildProcess, fork } from 'node:child_process';
import { createRequire } from 'node:module';
import type { Readable } from 'node:stream';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { TaskError } from '../../define/errors.js';
import type { IsolateSpec } from '../../plan/types.js';
import { collectOutput } from '../command-output.js';
import type { ContextParts } from '../context.js';
import { endGroup } from '../process-group.js';
import { STOP_PATIENCE_MS } from '../stop.js';
import { answersOf } from './answers.js';
import type { Assignment, ChildEnd, ToChild, ToParent } from './messages.js';
import { packError, unpackError } from './travelling-error.js';

export interface IsolatedBody {
  /** The project's folder, absolute. */
  dir: string;
  /** The task's file, relative to it. */
  file: string;
  spec: IsolateSpec;
  environment: Record<string, string | undefined>;
  /** Touched when the body has looked at its signal. */
  lookedAtSignal(): void;
}

/** Told to stop, the process has this long; then it is killed. So the attempt knows its end before it gives the body up. Milliseconds. */
const KILL_AFTER_MS = STOP_PATIENCE_MS - 2_000;
/** After its last word the process ends at once. */
const LEAVE_WITHIN_MS = 5_000;
const OUTPUT_LINGERS_MS = 1_000;

/**
 * What the body returned. Liveness is this process's: a body that computes without a pause beats on.
 * @throws what the body threw; TaskError, in words, if its process ended before it did
 */
export async function runIsolated(body: IsolatedBody, host: ContextParts): Promise<unknown> {
  host.stop.signal.throwIfAborted();
  const child = start(body.spec);
  const exited = exitOf(child);
  // Where the system has no file or process left it has no streams, and its error comes before anything else does.
  if (child.pid === undefined) await exited;
  const answers = answersOf(host);
  const output = [
    collectOutput(child.stdout as Readable, (line) => host.log.author.info(line, { stream: 'stdout' })),
    collectOutput(child.stderr as Readable, (line) => host.log.author.info(line, { stream: 'stderr' })),
  ] as const;
  let end: ChildEnd | null = null;
  let leave: NodeJS.Timeout | undefined;
  child.on('message', (given) => {
    const message = given as ToParent;
    if (message.is === 'end') {
      end = message.end;
      if (message.texts) host.trace.adoptTexts(message.texts);
      leave = setTimeout(() => kill(child), LEAVE_WITHIN_MS);
    } else if (message.is === 'call') void answer(child, answers.answer(message), message.call);
    else hear(message, host, body);
  });
  send(child, { is: 'start', assignment: assignmentOf(body, host) });

  let overdue: NodeJS.Timeout | undefined;
  const forget = host.stop.onStop(() => {
    const { why, message } = host.stop.cause!;
    send(child, { is: 'stop', why, message });
    overdue = setTimeout(() => kill(child), KILL_AFTER_MS);
  });
  const exit = await exited;
  forget();
  clearTimeout(overdue);
  clearTimeout(leave);
  // What the body has started goes with it.
  if (child.pid !== undefined) await endGroup(child.pid, 0).gone;
  const [, stderr] = await Promise.all(output.map((stream) => stream.finish(OUTPUT_LINGERS_MS)));
  await answers.end();

  const last = end as ChildEnd | null;
  if (last === null) throw new TaskError(lostText(exit, stderr ?? '', body.spec));
  if ('threw' in last) throw unpackError(last.threw);
  return last.returned;
}

function start({ memoryMb }: IsolateSpec): ChildProcess {
  const heap = memoryMb === null ? [] : [`--max-old-space-size=${memoryMb}`];
  const own = fileURLToPath(import.meta.url);
  const program = own.replace(/run\.(ts|js)$/, 'program.$1');
  // Compiled, the program is JavaScript beside us; run from its sources it needs the loader that runs us.
  const loader = program.endsWith('.ts') ? ['--import', pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href] : [];
  return fork(program, [], {
    detached: true, // Ctrl-C in a terminal reaches every process of the worker's group
    execArgv: [...heap, ...loader],
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
}

function assignmentOf({ dir, file, environment }: IsolatedBody, host: ContextParts): Assignment {
  const defined = Object.entries(environment).filter((pair): pair is [string, string] => pair[1] !== undefined);
  const { input, attempt, fence, lockValue, trace } = host;
  return {
    dir,
    file,
    input,
    attempt,
    fence,
    lockValue,
    trace: trace.toJson(),
    environment: Object.fromEntries(defined),
  };
}

function hear(message: Exclude<ToParent, { is: 'end' | 'call' }>, { log, trace }: ContextParts, body: IsolatedBody): void {
  switch (message.is) {
    case 'log':
      return log.author[message.level](message.message, message.fields);
    case 'event':
      return log.event(message.event, message.fields);
    case 'console':
      return log.console(message.level, message.method, message.text);
    case 'trace':
      trace.adopt(message.trace);
      return trace.send();
    case 'looked':
      return body.lookedAtSignal();
  }
}

async function answer(child: ChildProcess, asked: Promise<unknown>, call: number): Promise<void> {
  try {
    send(child, { is: 'answer', call, value: await asked });
  } catch (error) {
    send(child, { is: 'refusal', call, error: packError(error) });
  }
}

/** A process that is gone hears nothing; its exit is heard of anyway. */
function send(child: ChildProcess, message: ToChild): void {
  if (child.connected) child.send(message, () => {});
}

/** With all it has started. */
function kill(child: ChildProcess): void {
  try {
    process.kill(-child.pid!, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
  }
}

interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

async function exitOf(child: ChildProcess): Promise<Exit> {
  return await new Promise((resolve, reject) => {
    child.once('error', (error) => {
      if (child.pid === undefined) reject(new TaskError(`the body's own process could not be started: ${error.message}`));
    });
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
}

/** Why a process ended before its body did. All of it may be better the next time. */
function lostText({ code, signal }: Exit, stderr: string, { memoryMb }: IsolateSpec): string {
  if (/heap out of memory|Allocation failed/.test(stderr)) {
    const limit =
      memoryMb === null
        ? "Node's own limit; more is given with isolate: { memory: '4 GB' }"
        : `${memoryMb} MB, as isolate.memory says`;
    return `ran out of memory in its own process: its heap may grow to ${limit}`;
  }
  const last = stderr.trim().split('\n').slice(-3).join(' | ');
  if (signal === 'SIGKILL') return 'its own process was killed (SIGKILL): by somebody, or by the system because memory ran out';
  const how = signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`;
  return `its own process ${how} before run returned${last === '' ? '' : `: ${last}`}`;
}
