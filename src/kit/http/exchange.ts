/** One request and its answer, without redirects and retries: guarded where it connects, read to its end or not at all. */
import { Agent as HttpAgent, request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { pipeline, type Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { HttpError } from './errors.js';
import { hostOf, type Guard } from './guard.js';

export interface Exchange {
  method: string;
  url: URL;
  headers: Readonly<Record<string, string>>;
  body: Buffer | null;
  /** Ends the exchange: the caller's own signal, and the time allowed. */
  signal: AbortSignal;
}

export interface Answer {
  url: URL;
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

export interface Wire {
  exchange(wanted: Exchange): Promise<Answer>;
  /** Closes connections that are kept for the next request. */
  close(): void;
}

export interface WireOptions {
  guard: Guard;
  connectTimeoutMs: number;
  maxBytes: number;
}

/** Connections are our own agents': what the environment says of proxies reaches none of them. */
export function openWire({ guard, connectTimeoutMs, maxBytes }: WireOptions): Wire {
  const agents = { 'http:': new HttpAgent({ keepAlive: true }), 'https:': new HttpsAgent({ keepAlive: true }) };
  return {
    async exchange({ method, url, headers, body, signal }) {
      guard.check(url);
      const secure = url.protocol === 'https:';
      const request = (secure ? httpsRequest : httpRequest)({
        method,
        host: hostOf(url),
        port: url.port || (secure ? 443 : 80),
        path: url.pathname + url.search,
        agent: secure ? agents['https:'] : agents['http:'],
        lookup: guard.lookupFor(url),
        headers: {
          host: url.host,
          'accept-encoding': 'gzip, deflate, br',
          ...headers,
          ...(body === null ? {} : { 'content-length': String(body.length) }),
        },
        signal,
      });
      const response = await new Promise<IncomingMessage>((resolve, reject) => {
        const late = setTimeout(() => request.destroy(new ConnectTimeout(connectTimeoutMs)), connectTimeoutMs);
        const connected = () => clearTimeout(late);
        request.once('socket', (socket) => {
          if (!socket.connecting) connected();
          else socket.once(secure ? 'secureConnect' : 'connect', connected);
        });
        request.once('response', resolve);
        request.once('error', reject);
        request.once('close', connected);
        request.end(body ?? undefined);
      });
      const status = response.statusCode!;
      return { url, status, headers: response.headers, body: await readBody(response, method, url, maxBytes) };
    },

    close() {
      for (const agent of Object.values(agents)) agent.destroy();
    },
  };
}

/** No connection within the time for one: nothing was sent. */
export class ConnectTimeout extends Error {
  constructor(afterMs: number) {
    super(`no connection within ${afterMs} ms`);
  }
}

async function readBody(response: IncomingMessage, method: string, url: URL, maxBytes: number): Promise<Buffer> {
  const tooLarge = () => {
    response.destroy();
    return new HttpError(`sent more than ${maxBytes} bytes`, { trouble: 'too_large', fate: 'give_up', url });
  };
  const encoding = (response.headers['content-encoding'] ?? 'identity').toLowerCase();
  if (isEmpty(response, method)) {
    response.resume();
    return Buffer.alloc(0);
  }
  if (encoding === 'identity' && Number(response.headers['content-length'] ?? 0) > maxBytes) throw tooLarge();
  const chunks: Buffer[] = [];
  let bytes = 0;
  // What is packed small may be large: the bytes that count are the unpacked ones.
  for await (const chunk of unpacked(response, encoding, url) as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw tooLarge();
    chunks.push(chunk);
  }
  if (!response.complete) throw new Error('the connection broke within the answer');
  return Buffer.concat(chunks);
}

/** Such an answer may name an encoding all the same: nothing is packed, and unpacking that would fail. */
function isEmpty({ statusCode, headers }: IncomingMessage, method: string): boolean {
  return method === 'HEAD' || statusCode === 204 || statusCode === 304 || Number(headers['content-length'] ?? NaN) === 0;
}

function unpacked(response: IncomingMessage, encoding: string, url: URL): Readable {
  if (encoding === 'identity' || encoding === '') return response;
  const unpack = {
    gzip: createGunzip,
    'x-gzip': createGunzip,
    deflate: createInflate,
    br: createBrotliDecompress,
  }[encoding];
  if (unpack === undefined) {
    response.destroy();
    throw new HttpError(`answered in the unknown encoding ${encoding}`, { trouble: 'unreadable', fate: 'give_up', url });
  }
  // Errors of either end the loop that reads from the second.
  return pipeline(response, unpack(), () => {});
}
