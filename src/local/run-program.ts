/** Runs a small program to its end and says in one line what went wrong. */

import { execFile } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';

// PATH is how the system finds programs, not a setting of ours; whoever wants another one passes it.
// eslint-disable-next-line no-restricted-properties
const inherited = process.env;

/** The folders searched for programs where no others are given: this process's PATH. */
export const ownPath = inherited['PATH'] ?? '';

export type ProgramResult = { ok: true; stdout: string } | { ok: false; problem: string };

/**
 * Runs `command` (program and arguments; no shell), found on `path`, until `deadlineMs` at most.
 * Throws only the reason of an aborted `signal`: a missing program, a deadline and an exit code other than 0 are a `problem` of one line.
 */
export async function runProgram(
  command: readonly string[],
  { path, deadlineMs, signal }: { path: string; deadlineMs: number; signal?: AbortSignal | undefined },
): Promise<ProgramResult> {
  const [name = '', ...args] = command;
  const program = await findProgram(name, path);
  if (program === null) return { ok: false, problem: `no ${name} on PATH` };
  signal?.throwIfAborted();
  return new Promise((resolve, reject) => {
    execFile(
      program,
      args,
      { timeout: deadlineMs, killSignal: 'SIGKILL', env: { ...inherited, PATH: path }, maxBuffer: 16 * 1024 * 1024, signal },
      (error, stdout, stderr) => {
        if (signal?.aborted === true) reject(signal.reason as Error);
        else if (error === null) resolve({ ok: true, stdout });
        else if (error.killed === true) resolve({ ok: false, problem: `not finished after ${deadlineMs / 1000} s` });
        else resolve({ ok: false, problem: lastLine(stderr) ?? lastLine(stdout) ?? error.message });
      },
    );
  });
}

/** The first executable file of that name in the folders of `path`; an absolute name stands for itself. */
export async function findProgram(name: string, path: string): Promise<string | null> {
  const candidates = isAbsolute(name)
    ? [name]
    : path
        .split(delimiter)
        .filter((dir) => dir !== '')
        .map((dir) => join(dir, name));
  for (const candidate of candidates) {
    try {
      await access(candidate, constants.X_OK);
      return candidate;
    } catch {
      // Not here; the next folder.
    }
  }
  return null;
}

function lastLine(text: string): string | undefined {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  // pip says what failed in a line of its own, and may chat after it.
  return (lines.findLast((line) => line.startsWith('ERROR')) ?? lines.at(-1))?.trim().slice(0, 300);
}
