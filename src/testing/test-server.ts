/** Temporal's time-skipping test server: one per process, started when it is first needed, ended soon after it was last. */
import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import type { Connection, ConnectionOptions } from '@temporalio/client';
import { InternalConnectionOptionsSymbol } from '@temporalio/client/lib/connection.js';
import { msToTs, tsToMs } from '@temporalio/common/lib/time.js';
import { openConnection } from '../connections/connection.js';
import { findFreePort } from '../local/ports.js';
import { defaultCacheDir, findTestServer } from '../local/temporal-binary.js';
import { SEARCH_ATTRIBUTES } from '../plan/names.js';

export interface TestServer {
  /** `host:port` */
  address: string;
  connection: Connection;
  /** Epoch milliseconds by the server's clock. */
  now(): Promise<number>;
  /** Moves the clock on, which runs what falls due meanwhile. */
  moveTo(instant: number): Promise<void>;
  /** Lets time skip while this is under way and nothing runs: to the next timer, retry or time-out. */
  skipping<T>(work: () => Promise<T>): Promise<T>;
}

/** A server nobody uses is kept for this long for the next test. Milliseconds. */
const IDLE_MS = 1_000;
/** The end of each test may skip years, to where the server would have forgotten it: beyond this it begins anew. Milliseconds. */
const FARTHEST_MS = 100 * 365 * 24 * 3_600_000;
const READY_DEADLINE_MS = 30_000;
/** Numbers of the server's own protocol for the types of search attributes. */
const TYPES = { KEYWORD: 2, KEYWORD_LIST: 7 } as const;

interface Running extends TestServer {
  end(): Promise<void>;
}

let running: Promise<Running> | null = null;
let idle: NodeJS.Timeout | undefined;
let queue: Promise<unknown> = Promise.resolve();

/**
 * Does work with the server. One at a time: its clock is one for all. A server whose clock is past `notAfter` (epoch
 * milliseconds), moved there by an earlier test, gives way to a fresh one.
 * @throws BinaryNotFoundError, with every way tried, where there is no such server to be had
 */
export async function withTestServer<T>(notAfter: number, work: (server: TestServer) => Promise<T>): Promise<T> {
  const turn = queue.then(async () => {
    clearTimeout(idle);
    try {
      return await work(await serverBefore(notAfter));
    } finally {
      idle = setTimeout(() => void end(), IDLE_MS);
    }
  });
  queue = turn.catch(() => {});
  return await turn;
}

async function serverBefore(notAfter: number): Promise<Running> {
  const server = await (running ??= start());
  const now = await server.now();
  const tooLate = now > notAfter && notAfter >= Date.now();
  if (!tooLate && now < Date.now() + FARTHEST_MS) return server;
  await end();
  return await (running = start());
}

async function end(): Promise<void> {
  const ending = running;
  running = null;
  await (await ending?.catch(() => null))?.end();
}

async function start(): Promise<Running> {
  try {
    // A test has no configuration: programs are kept where this user keeps them.
    // eslint-disable-next-line no-restricted-properties
    const { path } = await findTestServer({ cacheDir: defaultCacheDir(process.env), onStep: tellStep });
    const port = await findFreePort([0]);
    const server = spawnGuarded(path, port);
    try {
      return await connect(`127.0.0.1:${port}`, server);
    } catch (error) {
      server.kill();
      throw error;
    }
  } catch (error) {
    // The next test may find what this one did not.
    running = null;
    throw error;
  }
}

/** Downloading takes its time: whoever waits for the test is told. */
function tellStep(text: string): void {
  process.stderr.write(`daychain/testing: ${text}\n`);
}

interface Guarded {
  kill(): void;
  /** What it and its guard have said; empty as a rule. */
  said(): string;
  hasEnded(): boolean;
}

/**
 * Starts the server under a shell that waits for its input to end: it does when this process does, however that ends, and
 * then the server ends too.
 */
function spawnGuarded(path: string, port: number): Guarded {
  const script = '"$0" "$1" >&2 & server=$!; (read -r _; kill -9 $server) & wait $server 2>/dev/null';
  // A background job of a shell has no input of its own: the guard reads the third.
  const guarded = script.replace('read -r _', 'read -r _ <&3');
  const child: ChildProcess = spawn('sh', ['-c', guarded, path, String(port)], { stdio: ['ignore', 'ignore', 'pipe', 'pipe'] });
  let said = '';
  let ended = false;
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-2_000)));
  child.once('error', (error) => {
    said += error.message;
    ended = true;
  });
  child.once('exit', () => (ended = true));
  return { kill: () => (child.stdio[3] as NodeJS.WritableStream).end(), said: () => said.trim(), hasEnded: () => ended };
}

async function connect(address: string, server: Guarded): Promise<Running> {
  const deadline = performance.now() + READY_DEADLINE_MS;
  const options: ConnectionOptions & { [InternalConnectionOptionsSymbol]: object } = {
    address,
    connectTimeout: 1_000,
    [InternalConnectionOptionsSymbol]: { supportsTestService: true },
  };
  for (;;) {
    try {
      const connection = await openConnection(options);
      return await ready(address, connection, server);
    } catch (error) {
      if (server.hasEnded())
        throw new Error(`Temporal's test server ended while starting: ${server.said() || 'it said nothing'}`);
      if (performance.now() > deadline) {
        throw new Error(`Temporal's test server was not ready after ${READY_DEADLINE_MS / 1_000} s`, { cause: error });
      }
      await pause(25);
    }
  }
}

async function ready(address: string, connection: Connection, server: Guarded): Promise<Running> {
  const { testService } = connection;
  if (testService === undefined) throw new Error('this version of @temporalio/client has no test service');
  await connection.operatorService.addSearchAttributes({
    searchAttributes: Object.fromEntries(Object.entries(SEARCH_ATTRIBUTES).map(([name, type]) => [name, TYPES[type]])),
  });
  const now = async () => tsToMs((await testService.getCurrentTime({})).time);
  return {
    address,
    connection,
    now,
    async moveTo(instant) {
      const left = instant - (await now());
      if (left > 0) await testService.unlockTimeSkippingWithSleep({ duration: msToTs(left) });
    },
    async skipping(work) {
      await testService.unlockTimeSkipping({});
      try {
        return await work();
      } finally {
        await testService.lockTimeSkipping({});
      }
    },
    async end() {
      await connection.close();
      server.kill();
    },
  };
}
