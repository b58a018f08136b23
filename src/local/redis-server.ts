/** The embedded Redis: `redis-server` or `valkey-server` with append-only data in the home, else one in this process. */

import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createClient } from '@redis/client';
import { startEmbeddedRedis } from './embedded-redis.js';
import { readJson, writeJson } from './json-file.js';
import { findFreePort } from './ports.js';
import { findProgram, ownPath } from './run-program.js';
import { awaitReady, isPortTaken, startServerProcess } from './server-process.js';
import type { ProcessMark } from './state.js';

export interface StartRedisOptions {
  /** The `.daychain` folder; it exists and is ours. */
  home: string;
  /** Preferred port; 0: any free one. Default: the one used last with these data, else 6379; a free one when it is taken. */
  port?: number | undefined;
  /** `embedded` starts the one in this process even where a program is installed. */
  prefer?: 'embedded' | undefined;
  /** Folders searched for the programs, as in PATH. Default: this process's PATH. */
  path?: string | undefined;
  /** Aborted: the start is given up, nothing is left running, and the signal's reason is thrown. */
  signal?: AbortSignal | undefined;
}

export interface RedisServer {
  host: string;
  port: number;
  kind: 'redis-server' | 'valkey-server' | 'embedded';
  version: string;
  /** Null when it runs in this process. */
  process: ProcessMark | null;
  /** False: its data end with this process. */
  durable: boolean;
  /** False: it has database 0 only, and SELECT of another one is refused. */
  databases: boolean;
  /** SIGTERM, SIGKILL after 5 seconds; resolves when it is gone. */
  stop(): Promise<void>;
}

const HOST = '127.0.0.1';
const READY_DEADLINE_MS = 90_000;
/** It listens already when it is asked first. */
const EMBEDDED_DEADLINE_MS = 30_000;
const ANSWER_DEADLINE_MS = 1_000;
const ASK_EVERY_MS = 100;
const START_ATTEMPTS = 3;
const DEFAULT_PORT = 6379;

/** Starts a Redis and resolves when it answers, within 90 seconds. Throws ServerStartError with the end of its log. */
export async function startRedis(options: StartRedisOptions): Promise<RedisServer> {
  const preferred = [options.port, lastPort(options.home), DEFAULT_PORT];
  if (options.prefer !== 'embedded') {
    const path = options.path ?? ownPath;
    for (const kind of ['redis-server', 'valkey-server'] as const) {
      const program = await findProgram(kind, path);
      if (program !== null) return startProgram(kind, program, preferred, options);
    }
  }
  const embedded = await startEmbeddedRedis(preferred);
  const answer = await askAgain(embedded.port);
  if (answer === null) {
    await embedded.stop();
    throw new Error(`the Redis in this process does not answer on ${HOST}:${embedded.port}`);
  }
  noteLastPort(options.home, embedded.port);
  return {
    host: HOST,
    port: embedded.port,
    kind: 'embedded',
    version: answer.version,
    process: null,
    durable: false,
    databases: answer.databases,
    stop: () => embedded.stop(),
  };
}

async function startProgram(
  kind: 'redis-server' | 'valkey-server',
  program: string,
  preferred: readonly (number | undefined)[],
  { home, signal }: StartRedisOptions,
): Promise<RedisServer> {
  for (let attempt = 1; ; attempt += 1) {
    const port = await findFreePort(preferred);
    try {
      // The data folder is the working folder: no path, with whatever characters, goes through Redis' own parser.
      const server = await startServerProcess(home, 'redis', program, serverArguments(port), join(home, 'redis'));
      const answer = await awaitReady(server, kind, READY_DEADLINE_MS, signal, async () => {
        const said = await ask(port);
        return said?.pid === server.mark.pid ? said : null;
      });
      noteLastPort(home, port);
      return {
        host: HOST,
        port,
        kind,
        version: answer.version,
        process: server.mark,
        durable: true,
        databases: answer.databases,
        stop: () => server.stop(),
      };
    } catch (error) {
      if (attempt >= START_ATTEMPTS || !isPortTaken(error)) throw error;
    }
  }
}

/** Append-only data, at most one second lost by a power cut, none by a kill; no lock is ever evicted. */
function serverArguments(port: number): string[] {
  return [
    ...['--port', String(port), '--bind', HOST, '--protected-mode', 'yes', '--daemonize', 'no', '--dir', '.'],
    ...['--appendonly', 'yes', '--appendfsync', 'everysec', '--save', ''],
    ...['--maxmemory-policy', 'noeviction', '--databases', '16', '--always-show-logo', 'no'],
  ];
}

/** A machine that stands still for a while makes one answer late; null if all were. */
async function askAgain(port: number): Promise<Answer | null> {
  for (const end = performance.now() + EMBEDDED_DEADLINE_MS; ; await delay(ASK_EVERY_MS)) {
    const answer = await ask(port);
    if (answer !== null || performance.now() >= end) return answer;
  }
}

interface Answer {
  version: string;
  pid: number;
  databases: boolean;
}

/** Null while it does not answer, or is still loading its data. */
async function ask(port: number): Promise<Answer | null> {
  const client = createClient({
    socket: { host: HOST, port, connectTimeout: ANSWER_DEADLINE_MS, reconnectStrategy: false },
    commandOptions: { timeout: ANSWER_DEADLINE_MS },
    disableOfflineQueue: true,
  });
  // Without a listener a refused connection would end this process.
  client.on('error', () => {});
  try {
    await client.connect();
    await client.ping();
    const info = await client.info('server');
    const databases = await selects(client, [5, 6]);
    return {
      // Valkey says both: the Redis it stems from, and its own.
      version: (/^valkey_version:(\S+)/m.exec(info) ?? /^redis_version:(\S+)/m.exec(info))?.[1] ?? 'unknown',
      pid: Number(/^process_id:(\d+)/m.exec(info)?.[1] ?? 0),
      databases,
    };
  } catch {
    return null;
  } finally {
    if (client.isOpen) client.destroy();
  }
}

async function selects(client: { select(db: number): Promise<unknown> }, databases: readonly number[]): Promise<boolean> {
  try {
    for (const database of databases) await client.select(database);
    return true;
  } catch {
    return false;
  }
}

function lastPort(home: string): number | undefined {
  return (readJson(join(home, 'redis.json')) as { port?: number } | null)?.port;
}

function noteLastPort(home: string, port: number): void {
  writeJson(join(home, 'redis.json'), { port });
}
