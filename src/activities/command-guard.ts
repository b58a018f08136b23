/**
 * The guard of a command: a small program between the worker and the program it runs.
 *
 * It runs the program in a process group of its own, and ends that group when the worker says so, when the program has ended
 * (what it left running in the background is not allowed to outlive the lock), and when the worker is gone: its end of our
 * standard input is then closed by the system, after `kill -9` too.
 *
 * Standard input: one line of JSON (an Assignment), later perhaps "stop". Standard output and error belong to the program.
 * File descriptor 3: one line of JSON (a GuardReport) each when it started and when all is over.
 */
import { spawn } from 'node:child_process';
import { statSync, writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { endGroup, type GroupEnd } from './process-group.js';

export interface Assignment {
  argv: [string, ...string[]];
  env: Record<string, string>;
  cwd: string;
  /** Milliseconds from SIGTERM to SIGKILL when the worker says "stop". */
  stopGraceMs: number;
}

export type GuardReport =
  | { report: 'started'; pgid: number }
  | { report: 'not_started'; code: string; message: string }
  /** The program ended this way, and nothing of its group is left. */
  | { report: 'ended'; exitCode: number | null; signal: NodeJS.Signals | null };

/** Nobody waits for the program any more: be quick. */
const ORPHAN_GRACE_MS = 1_000;

let assignment: Assignment | undefined;
let pgid: number | undefined;
let ending: GroupEnd | undefined;

// A service manager may signal every process at once; the guard goes last.
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => {});

createInterface({ input: process.stdin })
  .on('line', (line) => {
    if (assignment) void stop(assignment.stopGraceMs);
    else start((assignment = JSON.parse(line) as Assignment));
  })
  .on('close', () => {
    if (pgid === undefined) process.exit(1);
    void stop(ORPHAN_GRACE_MS);
  });

function start({ argv: [program, ...args], env, cwd }: Assignment): void {
  // A missing folder and a missing program are the same error to spawn.
  if (!statSync(cwd, { throwIfNoEntry: false })?.isDirectory()) return refuse('ENOTDIR', `no such folder: ${cwd}`);

  const child = spawn(program, args, { cwd, env, detached: true, stdio: ['ignore', 'inherit', 'inherit'] });
  child.on('error', (error: NodeJS.ErrnoException) => {
    if (child.pid === undefined) refuse(error.code ?? 'UNKNOWN', error.message);
  });
  if (child.pid === undefined) return;
  pgid = child.pid;
  tell({ report: 'started', pgid });
  child.on('exit', (exitCode, signal) => {
    void stop(ORPHAN_GRACE_MS).then(() => {
      tell({ report: 'ended', exitCode, signal });
      process.exit(0);
    });
  });
}

function stop(graceMs: number): Promise<void> {
  if (pgid === undefined) return Promise.resolve();
  ending ??= endGroup(pgid, graceMs);
  ending.killWithin(graceMs);
  return ending.gone;
}

function refuse(code: string, message: string): void {
  tell({ report: 'not_started', code, message });
  process.exit(1);
}

function tell(report: GuardReport): void {
  try {
    writeSync(3, `${JSON.stringify(report)}\n`);
  } catch {
    // The worker is gone; standard input says so too.
  }
}
