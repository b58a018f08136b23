/** The API that is synced: the one configured, or a sample of it that answers on loopback for as long as the task runs. */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'daychain';
import { createHttp, type Http } from 'daychain/kit';
import { inProject } from './files.js';

export const recordSchema = z.object({ id: z.string().min(1), name: z.string().min(1), revision: z.number().int().min(1) });
export const answerSchema = z.object({ data: z.array(z.unknown()) });

export interface Api {
  url: string;
  /** Reaches nothing but this API. */
  http: Http;
  close(): Promise<void>;
}

export async function openApi(url: string | null, timeoutSeconds: number): Promise<Api> {
  const sample = url === null ? await answerWithSample() : null;
  const where = url ?? sample!.url;
  const http = createHttp({ allow: [new URL(where).host], timeout: `${timeoutSeconds} seconds` });
  return {
    url: where,
    http,
    async close() {
      http.close();
      await sample?.close();
    },
  };
}

async function answerWithSample(): Promise<{ url: string; close(): Promise<void> }> {
  const content = await readFile(inProject('data', 'api.json'));
  const server = createServer((request, response) => {
    const known = /^Bearer \S+$/.test(request.headers.authorization ?? '');
    response.writeHead(known ? 200 : 401, { 'content-type': 'application/json' });
    response.end(known ? content : '{"error":"no token"}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/data`,
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
