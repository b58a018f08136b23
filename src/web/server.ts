/** The HTTP server of one project: the API and the page, in a process of their own. */
import { setMaxListeners } from 'node:events';
import { createServer, type Server } from 'node:http';
import { isIP, type AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { createAdaptorServer } from '@hono/node-server';
import { BadInput } from '../control/errors.js';
import { personIdentity } from '../connections/temporal.js';
import type { Project } from '../session/open.js';
import { createApp } from './api/app.js';
import { LIMITS, type WebLimits, type WebParts, type WebToken } from './api/parts.js';
import { Servers } from './servers.js';

export interface WebOptions {
  project: Project;
  /** Of daychain. */
  version: string;
  /** Default: the loopback interface. Any other needs a token. */
  host?: string;
  /** 0: one that the system chooses. */
  port: number;
  /** Where the port is taken: the next free one, up to twenty further. Default false. */
  orNext?: boolean;
  tokens?: readonly WebToken[];
  limits?: Partial<WebLimits>;
  /** Default: where the build puts it. */
  pageDir?: string;
  /** What doctor looks at. Default: nothing. */
  checks?: WebParts['checks'];
  now?: () => number;
  log?(text: string, error: unknown): void;
  acted?: WebParts['acted'];
}

export interface RunningWeb {
  url: string;
  port: number;
  /** Ends streams, lets requests that are being answered finish for a second, and closes the connections. */
  close(): Promise<void>;
}

/** The address is taken. */
export class PortTaken extends Error {
  override readonly name = 'PortTaken';
  constructor(
    readonly host: string,
    readonly port: number,
  ) {
    super(`Port ${port} on ${host} is taken.`);
  }
}

/** How many ports are tried, from the one wanted. */
const NEXT_PORTS = 20;
const CLOSE_WITHIN_MS = 1_000;

/** Against clients that send slowly, or never. Milliseconds. */
const TIMES = { headersTimeout: 10_000, requestTimeout: 30_000, keepAliveTimeout: 5_000, connectionsCheckingInterval: 1_000 };
const SIZES = { maxHeaderSize: 32 * 1024 };

/**
 * Starts it.
 * @throws BadInput beyond loopback without a token; PortTaken
 */
export async function startWeb(options: WebOptions): Promise<RunningWeb> {
  const { project, host = '127.0.0.1', tokens = [], now = Date.now } = options;
  if (!isLoopback(host) && tokens.length === 0) throw new BadInput(openToAll(host));
  const stopped = new AbortController();
  // Every stream listens; Node warns of more than ten.
  setMaxListeners(0, stopped.signal);
  const limits = { ...LIMITS, ...options.limits };
  const servers = new Servers(project, limits, now);
  const { app } = createApp({
    project,
    version: options.version,
    temporal: () => servers.temporal(),
    redis: () => servers.redis(),
    serverFor: (caller, key) => servers.serverFor(caller, key),
    met: (error) => servers.met(error),
    checks: options.checks ?? (() => Promise.resolve([])),
    now,
    tokens,
    person: personIdentity(),
    limits,
    pageDir: options.pageDir ?? fileURLToPath(new URL('../../dist/web/page/', import.meta.url)),
    stopped: stopped.signal,
    acted: options.acted ?? (() => {}),
    log: options.log ?? (() => {}),
  });
  const server = createAdaptorServer({ fetch: app.fetch, createServer, serverOptions: { ...TIMES, ...SIZES } }) as Server;
  const port = await listen(server, host, options.port, options.orNext ?? false);
  return {
    port,
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    close: async () => {
      stopped.abort();
      await closeServer(server);
      await servers.close();
    },
  };
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

function openToAll(host: string): string {
  return [
    `Not started: on ${host} others than this machine could reach it, and no token is set.`,
    'Set one, of 16 characters or more:  DAYCHAIN_WEB_TOKENS="marie:operate:<secret> board:read:<secret>"',
    'Or listen to this machine only:     DAYCHAIN_WEB_HOST=127.0.0.1',
  ].join('\n');
}

async function listen(server: Server, host: string, wanted: number, orNext: boolean): Promise<number> {
  const last = orNext && wanted !== 0 ? Math.min(wanted + NEXT_PORTS, 65_535) : wanted;
  for (let port = wanted; ; port++) {
    try {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen({ host, port, exclusive: true }, () => {
          server.removeListener('error', reject);
          resolve();
        });
      });
      return (server.address() as AddressInfo).port;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
      if (port >= last) throw new PortTaken(host, wanted);
    }
  }
}

async function closeServer(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), CLOSE_WITHIN_MS);
  await closed;
  clearTimeout(timer);
}
