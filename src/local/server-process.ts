/** One server started as a process of its own: its log, its mark on disk, its end. */

import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { readJson, writeJson } from './json-file.js';
import { isAlive, markOf, stopProcess } from './process-mark.js';
import type { ProcessMark } from './state.js';

export interface ServerProcess {
  mark: ProcessMark;
  logFile: string;
  /** True once the process has ended, by itself or stopped. */
  hasEnded(): boolean;
  /** Everything it has printed since its start. */
  log(): string;
  /** SIGTERM, SIGKILL after 5 seconds; resolves when the process is gone. May be called twice. */
  stop(): Promise<void>;
}

/** A server that did not come up; the message holds the end of its log. */
export class ServerStartError extends Error {
  override name = 'ServerStartError';
  /** Whether its log speaks of a port that another process has; the message holds the log's end only. */
  readonly portTaken: boolean;

  /** @param log of the server, where one was started */
  constructor(message: string, log?: string) {
    super(log === undefined ? message : `${message}${tail(log)}`);
    this.portTaken = log !== undefined && /address already in use/i.test(log);
  }
}

/** Names of the servers whose marks may lie in a home. */
export const SERVER_NAMES = ['temporal', 'redis'] as const;
export type ServerName = (typeof SERVER_NAMES)[number];

const LOG_TAIL_LINES = 15;
const READY_POLL_MS = 25;
const STOP_GRACE_MS = 5_000;

/**
 * Starts a program in a process group of its own (a Ctrl-C in the terminal does not reach it), with its output in
 * `<home>/<name>.log`; the log before is kept as `.log.1`. Its mark is on disk before anything else happens, so that the
 * next owner of the home finds it even if this process is killed now.
 */
export async function startServerProcess(
  home: string,
  name: ServerName,
  program: string,
  args: readonly string[],
  cwd: string,
): Promise<ServerProcess> {
  mkdirSync(cwd, { recursive: true });
  const logFile = join(home, `${name}.log`);
  if (existsSync(logFile)) renameSync(logFile, `${logFile}.1`);
  const out = openSync(logFile, 'a');
  const child = spawn(program, args, { cwd, detached: true, stdio: ['ignore', out, out] });
  closeSync(out);
  let ended = false;
  child.once('exit', () => (ended = true));
  const failed = new Promise<Error>((resolve) => child.once('error', resolve));
  const mark = child.pid === undefined ? null : markOf(child.pid);
  if (mark !== null) writeJson(markFile(home, name), mark);
  child.unref();
  if (child.pid === undefined) throw new ServerStartError(`${program} could not be started: ${(await failed).message}`);
  if (mark === null) throw new ServerStartError(`${program} ended at once.`, readLog(logFile));

  return {
    mark,
    logFile,
    hasEnded: () => ended || !isAlive(mark),
    log: () => readLog(logFile),
    stop: async () => {
      await stopProcess(mark, STOP_GRACE_MS);
      clearMark(home, name, mark);
    },
  };
}

/**
 * Waits until `isReady` answers a value other than null, for `deadlineMs` at most. A server that ends or is late is
 * stopped, and a ServerStartError shows the last lines of its log. When `signal` is aborted the server is stopped, too,
 * and the signal's reason thrown.
 */
export async function awaitReady<T>(
  server: ServerProcess,
  what: string,
  deadlineMs: number,
  signal: AbortSignal | undefined,
  isReady: () => Promise<T | null>,
): Promise<T> {
  const end = performance.now() + deadlineMs;
  for (;;) {
    if (server.hasEnded()) {
      await server.stop();
      throw new ServerStartError(`${what} ended while starting.`, server.log());
    }
    const ready = await isReady();
    if (ready !== null) return ready;
    if (signal?.aborted === true) {
      await server.stop();
      throw signal.reason;
    }
    if (performance.now() >= end) {
      await server.stop();
      throw new ServerStartError(`${what} was not ready after ${deadlineMs / 1000} s.`, server.log());
    }
    await delay(READY_POLL_MS);
  }
}

/** True when a start failed because another process took the port in between. */
export function isPortTaken(error: unknown): boolean {
  return error instanceof ServerStartError && error.portTaken;
}

/** The server of that name that was last started on this home; null when it was stopped in order. It may be dead. */
export function readMark(home: string, name: ServerName): ProcessMark | null {
  return readJson(markFile(home, name)) as ProcessMark | null;
}

/** Removes the mark of a server that is gone, unless a newer one has taken its place. */
export function clearMark(home: string, name: ServerName, mark: ProcessMark): void {
  const noted = readMark(home, name);
  if (noted?.pid === mark.pid && noted.started === mark.started) rmSync(markFile(home, name), { force: true });
}

function markFile(home: string, name: ServerName): string {
  return join(home, `${name}.process.json`);
}

function readLog(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    // The log is for people; without it the message is shorter.
    return '';
  }
}

function tail(log: string): string {
  const lines = log
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-LOG_TAIL_LINES);
  return lines.length === 0 ? ' It printed nothing.' : ` The end of its log:\n${lines.map((line) => `  ${line}`).join('\n')}`;
}
