/** A real server for one test: what it is asked it remembers, what it answers the test says. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { listenLocally } from '../support/http.js';

export interface Asked {
  method: string;
  path: string;
  headers: IncomingMessage['headers'];
  body: string;
}

export interface TestServer {
  port: number;
  /** `http://127.0.0.1:port` */
  origin: string;
  asked: Asked[];
}

/** `answer` gets the number of the request, from 1. */
export async function serve(
  answer: (response: ServerResponse, asked: Asked, count: number) => void = (response) => response.end('hello'),
): Promise<TestServer> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const one = {
        method: request.method!,
        path: request.url!,
        headers: request.headers,
        body: Buffer.concat(chunks).toString(),
      };
      asked.push(one);
      answer(response, one, asked.length);
    });
  });
  const { port, url } = await listenLocally(server);
  return { port, origin: url, asked };
}
