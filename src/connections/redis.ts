import { createClient, ClientOfflineError, ErrorReply } from '@redis/client';
import type { ConnectionOptions as TlsOptions } from 'node:tls';

export interface RedisOptions {
  /** `redis://` or `rediss://`. What is stated beside it wins over its parts. */
  url?: string;
  /** Default `127.0.0.1`. */
  host?: string;
  /** Default 6379. */
  port?: number;
  username?: string;
  password?: string;
  /** `true`, or how to check the server's certificate. Default: only for `rediss://`. */
  tls?: boolean | TlsOptions;
  /** Default: the URL's, else 0. */
  database?: number;
  /** Shown by CLIENT LIST. */
  name?: string;
  /** Milliseconds a command may wait for its reply. Default 2,000. */
  answerWithinMs?: number;
  /** Told when the server stops answering, with the reason, and when it answers again. */
  onChange?(connected: boolean, detail: string): void;
}

/** One connection that never gives up and never throws by itself: it reconnects for ever, within a second of the server's return. */
export interface RedisConnection {
  /** Host, port and database, without credentials. */
  readonly address: string;
  readonly connected: boolean;
  /**
   * Sends a command and returns its reply: text, number, null or a list of them. The very first connection is waited for, and the
   * first try to connect anew after one was lost: a machine that stood still loses all it has, and has them back at once. Where
   * that try failed, too, it fails at once. An ErrorReply is the server's own error; every other error means that nobody knows
   * whether the command was carried out.
   */
  send(words: readonly string[]): Promise<unknown>;
  /** Waits for the first connection, or for the first error that kept it away, and returns that. Null means connected. */
  firstTrouble(withinMs?: number): Promise<Error | null>;
  close(): void;
}

/** No reply: the server is down, cut off, or too slow. */
export class RedisUnreachable extends Error {
  override readonly name = 'RedisUnreachable';
}

const PING_EVERY_MS = 1_000;
/** A connection silent for this long is dead, whatever TCP says: it was pinged in between. */
const SILENT_MS = 3_000;
const LONGEST_PAUSE_MS = 1_000;

/** Opens a connection in the background and returns at once. Throws only for a URL or a number that cannot be. */
export function connectRedis(options: RedisOptions = {}): RedisConnection {
  const target = readTarget(options);
  const address = `${target.host.includes(':') ? `[${target.host}]` : target.host}:${target.port}/${target.database}`;
  const answerWithinMs = options.answerWithinMs ?? 2_000;
  const tls = target.tls === false ? {} : { tls: true as const, ...(target.tls === true ? {} : target.tls) };

  const client = createClient({
    RESP: 2, // understood by every server, and replies look the same everywhere
    username: target.username,
    password: target.password,
    database: target.database,
    name: options.name,
    disableOfflineQueue: true,
    maintNotifications: 'disabled',
    // The client's own limit covers a command only until it is written; ours covers its reply too.
    commandOptions: { timeout: undefined },
    pingInterval: PING_EVERY_MS,
    socket: {
      host: target.host,
      port: target.port,
      ...tls,
      connectTimeout: SILENT_MS,
      socketTimeout: SILENT_MS,
      reconnectStrategy: (retries) => Math.min(25 * 2 ** Math.min(retries, 6), LONGEST_PAUSE_MS) * (0.75 + Math.random() / 4),
    },
  });

  let lastError: Error | null = null;
  let lost: Error | null = null;
  let down = false;
  let closed = false;
  let outcome = connecting();

  // Without a listener the client's first error would end the process.
  client.on('error', (error: Error) => {
    if (lost !== null && error === lost) return; // what was under way on the connection fails with the same
    lastError = describe(error);
    if (outcome === CONNECTED && !client.isReady) {
      lost = error;
      outcome = connecting();
    } else {
      outcome.settle(lastError);
    }
    if (!down && !closed) options.onChange?.(false, lastError.message);
    down = true;
  });
  client.on('ready', () => {
    outcome.settle(null);
    outcome = CONNECTED;
    if (down) options.onChange?.(true, `${address} answers again`);
    down = false;
  });
  client.connect().catch(() => {}); // told through "error"; ends only when closed

  const firstTrouble = (withinMs = answerWithinMs) =>
    within(withinMs, outcome.settled, () => new RedisUnreachable(`no connection within ${withinMs} ms`)).catch(
      (error: Error) => error,
    );

  return {
    address,
    get connected() {
      return client.isReady;
    },
    firstTrouble,
    async send(words) {
      if (closed) throw new RedisUnreachable('the connection was closed');
      if (!client.isReady) await firstTrouble();
      try {
        const late = () => new RedisUnreachable(`no reply within ${answerWithinMs} ms`);
        return await within(answerWithinMs, client.sendCommand([...words]), late);
      } catch (error) {
        if (error instanceof ErrorReply || error instanceof RedisUnreachable) throw error;
        const reason = error instanceof ClientOfflineError && lastError ? lastError : describe(error as Error);
        throw new RedisUnreachable(reason.message, { cause: reason });
      }
    },
    close() {
      closed = true;
      client.destroy();
    },
  };
}

/** What comes of connecting: null for a connection, or the first error that kept it away. */
interface Outcome {
  settled: Promise<Error | null>;
  settle(trouble: Error | null): void;
}

const CONNECTED: Outcome = { settled: Promise.resolve(null), settle() {} };

function connecting(): Outcome {
  let settle!: Outcome['settle'];
  const settled = new Promise<Error | null>((resolve) => (settle = resolve));
  return { settled, settle };
}

/**
 * The promise's end, or an error once the time is over. The last look comes one turn of the event loop later: after code that
 * blocked the loop, a reply that has long arrived must not count as late.
 */
async function within<T>(ms: number, promise: Promise<T>, late: () => Error): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => setImmediate(() => reject(late())), ms);
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

interface Target {
  host: string;
  port: number;
  username: string | undefined;
  password: string | undefined;
  database: number;
  tls: boolean | TlsOptions;
}

function readTarget(options: RedisOptions): Target {
  const url = options.url === undefined ? null : readUrl(options.url);
  return {
    host: options.host ?? url?.host ?? '127.0.0.1',
    port: whole('port', options.port ?? url?.port ?? 6379, 65_535),
    username: options.username ?? url?.username,
    password: options.password ?? url?.password,
    database: whole('database', options.database ?? url?.database ?? 0, Number.MAX_SAFE_INTEGER),
    tls: options.tls ?? url?.tls ?? false,
  };
}

/** Messages never repeat the URL: it may hold a password. */
function readUrl(text: string): Partial<Target> {
  const expected = 'expected redis://[user[:password]@]host[:port][/database], or rediss:// for TLS';
  if (!URL.canParse(text)) throw new RangeError(`the Redis URL cannot be read; ${expected}`);
  const url = new URL(text);
  if (url.protocol !== 'redis:' && url.protocol !== 'rediss:') {
    throw new RangeError(`the Redis URL begins with ${url.protocol}//; ${expected}`);
  }
  const database = /^\/?(\d*)$/.exec(url.pathname)?.[1];
  if (database === undefined) throw new RangeError(`the Redis URL ends with ${url.pathname}, which is no database; ${expected}`);
  return {
    host: url.hostname.replace(/^\[|\]$/g, '') || undefined,
    port: url.port ? Number(url.port) : undefined,
    username: decodeURIComponent(url.username) || undefined,
    password: decodeURIComponent(url.password) || undefined,
    database: database ? Number(database) : undefined,
    tls: url.protocol === 'rediss:',
  };
}

function whole(name: string, value: number, most: number): number {
  if (Number.isSafeInteger(value) && value >= 0 && value <= most) return value;
  throw new RangeError(`the Redis ${name} is a whole number from 0 to ${most}; got ${value}`);
}

/** A failure to connect to several addresses of one name has no message of its own. */
function describe(error: Error): Error {
  if (error instanceof AggregateError && error.errors[0] instanceof Error) return error.errors[0];
  if (error.message) return error;
  return new Error(error.name, { cause: error });
}
