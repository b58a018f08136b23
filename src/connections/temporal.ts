/** A client of one Temporal namespace, and plain words for a server that cannot be reached. */
import { hostname, userInfo } from 'node:os';
import { createConnection } from 'node:net';
import { Client, type Connection, type ConnectionOptions } from '@temporalio/client';
import { openConnection } from './connection.js';

export interface TemporalOptions {
  /** `host:port`. */
  address: string;
  namespace: string;
  tls?: ConnectionOptions['tls'];
  apiKey?: string;
  metadata?: Record<string, string>;
  /** How long to try, in milliseconds. Default 5,000. */
  withinMs?: number;
  /** How long to try once more where something listens there and is late, in milliseconds. Default: three times `withinMs`. */
  onceMoreMs?: number;
  /** Who asks, as histories will show it. Default: user@host. */
  identity?: string;
  /** How often a call that fails is tried, with short pauses. Default: 10 times, which takes half a minute. */
  attempts?: number;
}

export interface TemporalConnection {
  client: Client;
  address: string;
  namespace: string;
  identity: string;
  close(): Promise<void>;
}

/** The server did not answer. The message says at which address, why, and how long was tried. */
export class TemporalUnreachable extends Error {
  override readonly name = 'TemporalUnreachable';
  constructor(
    readonly address: string,
    readonly reason: string,
    withinMs: number,
    options?: ErrorOptions,
  ) {
    super(`Cannot reach Temporal at ${address} (${reason}, tried for ${Math.round(withinMs / 100) / 10} s).`, options);
  }
}

/**
 * Connects, or says why not. Where nobody listens that is told after `withinMs`; where somebody does, a machine or a server that
 * stood still for a while is given time once more.
 * @throws TemporalUnreachable when the server does not answer in time
 */
export async function connectTemporal(options: TemporalOptions): Promise<TemporalConnection> {
  const { address, namespace, withinMs = 5_000, onceMoreMs = 3 * withinMs, identity = personIdentity() } = options;
  const connection = await open(options, withinMs).catch(async (error: unknown) => {
    const nobody = await whyNobodyListens(address);
    if (nobody !== null) throw new TemporalUnreachable(address, nobody, withinMs, { cause: error });
    return await open(options, onceMoreMs).catch((last: unknown) => {
      const reason = `something listens there, but does not answer as Temporal does: ${firstLine(last)}`;
      throw new TemporalUnreachable(address, reason, withinMs + onceMoreMs, { cause: last });
    });
  });
  const client = new Client({ connection, namespace, identity });
  return { client, address, namespace, identity, close: () => connection.close() };
}

async function open({ address, tls, apiKey, metadata, attempts }: TemporalOptions, withinMs: number): Promise<Connection> {
  return await openConnection({
    address,
    connectTimeout: withinMs,
    ...(tls ? { tls } : {}),
    ...(apiKey ? { apiKey } : {}),
    ...(metadata ? { metadata } : {}),
    ...(attempts ? { attempts } : {}),
  });
}

/** `user@host`: who asked, as histories keep it. */
export function personIdentity(): string {
  let user = 'unknown';
  try {
    user = userInfo().username;
  } catch {
    // A container may run under a user id without a name.
  }
  return `${user}@${hostname()}`;
}

/** gRPC only says that a deadline passed; a plain connection says why. Null: somebody listens. */
async function whyNobodyListens(address: string): Promise<string | null> {
  const separator = address.lastIndexOf(':');
  const hasPort = separator > address.lastIndexOf(']');
  const host = (hasPort ? address.slice(0, separator) : address).replace(/^\[|\]$/g, '');
  const port = hasPort ? Number(address.slice(separator + 1)) : 7233;
  if (!Number.isInteger(port) || port < 1 || port > 65_535) return 'the address needs the form host:port';
  const trouble = await new Promise<NodeJS.ErrnoException | null>((done) => {
    const socket = createConnection({ host, port, timeout: 1_000 });
    const end = (result: NodeJS.ErrnoException | null) => {
      socket.destroy();
      done(result);
    };
    socket.once('connect', () => end(null));
    socket.once('timeout', () => end(Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' })));
    socket.once('error', end);
  });
  switch (trouble?.code) {
    case undefined:
      return null;
    case 'ECONNREFUSED':
      return 'connection refused';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `no host of the name ${host}`;
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return 'no answer';
    default:
      return trouble!.message;
  }
}

function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split('\n')[0] ?? '';
}
