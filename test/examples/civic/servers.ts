/** A server on this machine that keeps what it is asked and answers as it is told. */
import { createServer, type IncomingMessage } from 'node:http';
import { listenLocally } from '../../support/http.js';

export interface Asked {
  method: string;
  path: string;
  headers: IncomingMessage['headers'];
  body: unknown;
}

export interface Answer {
  status?: number;
  json?: unknown;
  text?: string;
  headers?: Record<string, string>;
  /** Answers only when this resolves. */
  after?: Promise<void>;
}

export interface LocalServer {
  url: string;
  /** `host:port`, for INNER_HOSTS. */
  host: string;
  asked: Asked[];
}

/** Gone after the file's tests. */
export async function localServer(answer: (asked: Asked) => Answer): Promise<LocalServer> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      const parts: Buffer[] = [];
      for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
      const text = Buffer.concat(parts).toString('utf8');
      const one = {
        method: request.method ?? '',
        path: request.url ?? '',
        headers: request.headers,
        body: text === '' ? null : parsed(text),
      };
      asked.push(one);
      const { status = 200, json, text: plain, headers = {}, after } = answer(one);
      await after;
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(plain ?? (json === undefined ? '' : JSON.stringify(json)));
    })();
  });
  const { host, url } = await listenLocally(server);
  return { url, host, asked };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
