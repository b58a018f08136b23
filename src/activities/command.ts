import { spawn, type ChildProcess } from 'node:child_process';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { collectOutput } from './command-output.js';
import type { Assignment, GuardReport } from './command-guard.js';
import { endGroup } from './process-group.js';

export interface Command {
  /** Program and arguments; no shell. A program without a slash is looked for on the PATH of `env`. */
  argv: readonly [string, ...string[]];
  /** The program's whole environment. Undefined values are left out. */
  env: Record<string, string | undefined>;
  /** Folder it runs in. */
  cwd: string;
  /** When aborted the program's group is sent SIGTERM, and SIGKILL five seconds later. */
  signal: AbortSignal;
  /** Told each line of output as it comes, without its line end; longer lines than 16 KiB come in pieces. */
  onLine(stream: 'stdout' | 'stderr', line: string): void;
  /** The guard's program. Default: the one beside this file. */
  guardPath?: string;
}

export interface CommandEnd {
  /** Null if a signal ended the program. */
  exitCode: number | null;
  signal: NodeJS.Signals | null;
  /** The last 8 KiB of output. */
  stdoutTail: string;
  stderrTail: string;
}

/** The program could not be started. `code` is the system's: ENOENT, EACCES, ENOTDIR for a missing folder. */
export class CommandNotStarted extends Error {
  override readonly name = 'CommandNotStarted';
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** The guard ended before the program; the program was ended then, but how it fared is unknown. */
export class GuardLost extends Error {
  override readonly name = 'GuardLost';
}

const STOP_GRACE_MS = 5_000;
/** By then a guard that works has long killed the group. */
const GUARD_OVERDUE_MS = STOP_GRACE_MS + 5_000;
/** A process that left the group may hold the output open for ever. */
const OUTPUT_LINGERS_MS = 1_000;

/**
 * Runs a program in a process group of its own, under a guard that ends the group when this process is gone. Settles only when
 * no process of the group is left: what the program leaves in the background is ended with it. A program that leaves its group
 * (`setsid`, daemons) escapes. An aborted program ends by `signal`; whether it was aborted the caller's signal tells.
 * Throws CommandNotStarted, GuardLost, or the signal's reason if it was aborted before the start.
 */
export async function runCommand(command: Command): Promise<CommandEnd> {
  command.signal.throwIfAborted();
  if (process.platform === 'win32') {
    throw new CommandNotStarted('ENOTSUP', 'commands need process groups, which Windows does not have: write a task instead');
  }
  const guard = spawn(process.execPath, guardArguments(command.guardPath), {
    detached: true, // Ctrl-C in a terminal reaches every process of the worker's group
    env: {}, // the guard's own: the program's comes with the assignment, where no process list shows it
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
  });
  const exited = guardExit(guard);
  // Where the system has no file or process left it has no streams, and its error comes before anything else does.
  if (guard.pid === undefined) await exited;
  const output = [
    collectOutput(guard.stdout, (line) => command.onLine('stdout', line)),
    collectOutput(guard.stderr, (line) => command.onLine('stderr', line)),
  ] as const;
  const reports = readReports(guard);
  const stopped = stopOnAbort(guard, command.signal);
  guard.stdin.on('error', () => {}); // a guard that is gone says so by its exit
  guard.stdin.write(`${JSON.stringify(assignmentOf(command))}\n`);

  const exit = await exited;
  stopped.dispose();
  const { started, last } = await reports;
  if (started !== undefined && last?.report !== 'ended') await endGroup(started, 0).gone;
  const [stdoutTail, stderrTail] = await Promise.all(output.map((stream) => stream.finish(OUTPUT_LINGERS_MS)));

  if (last?.report === 'ended') {
    return { exitCode: last.exitCode, signal: last.signal, stdoutTail: stdoutTail!, stderrTail: stderrTail! };
  }
  if (last?.report === 'not_started') throw new CommandNotStarted(last.code, startProblem(command, last.code, last.message));
  throw new GuardLost(`the guard of ${command.argv[0]} ended first (${exit}); the program was killed. ${stderrTail}`.trim());
}

/** Replaces `{name}` by its value for the names given; all else in braces stays, as awk programs and shell text need it. */
export function fillPlaceholders(
  [program, ...args]: readonly [string, ...string[]],
  values: Readonly<Record<string, string | number>>,
): [string, ...string[]] {
  const fill = (word: string) =>
    word.replace(/\{(\w+)\}/g, (all, name: string) => (Object.hasOwn(values, name) ? String(values[name]) : all));
  return [fill(program), ...args.map(fill)];
}

function assignmentOf({ argv, env, cwd }: Command): Assignment {
  const defined = Object.entries(env).filter((pair): pair is [string, string] => pair[1] !== undefined);
  return { argv: [...argv], env: Object.fromEntries(defined), cwd, stopGraceMs: STOP_GRACE_MS };
}

/** Compiled, the guard is JavaScript beside us; run from its sources it needs the loader that runs us. */
function guardArguments(guardPath: string | undefined): string[] {
  const own = fileURLToPath(import.meta.url);
  const path = guardPath ?? own.replace(/command\.(ts|js)$/, 'command-guard.$1');
  if (!path.endsWith('.ts')) return [path];
  return ['--import', pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href, path];
}

function stopOnAbort(guard: ChildProcess, signal: AbortSignal): { dispose(): void } {
  let overdue: NodeJS.Timeout | undefined;
  const stop = () => {
    guard.stdin!.write('stop\n');
    overdue = setTimeout(() => guard.kill('SIGKILL'), GUARD_OVERDUE_MS);
  };
  signal.addEventListener('abort', stop, { once: true });
  return {
    dispose() {
      signal.removeEventListener('abort', stop);
      clearTimeout(overdue);
    },
  };
}

async function readReports(guard: ChildProcess): Promise<{ started?: number; last?: GuardReport }> {
  const found: { started?: number; last?: GuardReport } = {};
  for await (const line of createInterface({ input: guard.stdio[3] as Readable })) {
    found.last = JSON.parse(line) as GuardReport;
    if (found.last.report === 'started') found.started = found.last.pgid;
  }
  return found;
}

function guardExit(guard: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    guard.once('error', (error) => {
      if (guard.pid === undefined) reject(new GuardLost(`the guard could not be started: ${error.message}`, { cause: error }));
    });
    guard.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
}

function startProblem({ argv: [program], env, cwd }: Command, code: string, message: string): string {
  switch (code) {
    case 'ENOTDIR':
      return `${program} was not started: the folder to run it in does not exist: ${cwd}`;
    case 'ENOENT':
      if (!program.includes('/')) return `${program} was not found on PATH (${env.PATH ?? 'not set'}); name it with its folder`;
      return `${program} does not exist, or the interpreter named in its first line does not`;
    case 'EACCES':
      return `${program} may not be executed; see its permissions ("chmod +x ${program}")`;
    case 'ENOEXEC':
      return `${program} is no program: a script begins with a line such as "#!/bin/sh"`;
    default:
      return `${program} could not be started: ${message}`;
  }
}
