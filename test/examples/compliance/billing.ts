/** A billing service of the test's own, in the form in which the example asks it. */
import { createServer, type ServerResponse } from 'node:http';
import { listenLocally } from '../../support/http.js';

export interface Billing {
  url: string;
  /** `127.0.0.1:port` */
  host: string;
  /** `GET /payments`, in the order of arrival. */
  asked: string[];
  /** Instead of what it knows. Null: as usual. */
  answer: ((response: ServerResponse) => void) | null;
  /** Idempotency-Keys of what it was sent, each once, sorted. */
  keys(kind: string): string[];
  /** What it took of a kind, in the order of arrival. */
  bodies(kind: string): unknown[];
}

/** Answers a GET with what it knows by the path's name, and takes every POST. Stopped after the test, or the file's tests. */
export async function startBilling(known: Record<string, unknown>): Promise<Billing> {
  const taken: { kind: string; key: string; body: unknown }[] = [];
  const server = createServer((request, response) => {
    const name = request.url!.slice(1);
    billing.asked.push(`${request.method} ${request.url}`);
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      if (billing.answer !== null) return billing.answer(response);
      if (request.method === 'GET') return response.end(JSON.stringify(known[name]));
      taken.push({ kind: name, key: String(request.headers['idempotency-key']), body: JSON.parse(body) as unknown });
      response.writeHead(201).end();
    });
  });
  const billing: Billing = {
    url: '',
    host: '',
    asked: [],
    answer: null,
    keys: (kind) => [...new Set(taken.filter((one) => one.kind === kind).map(({ key }) => key))].sort(),
    bodies: (kind) => taken.filter((one) => one.kind === kind).map(({ body }) => body),
  };
  const { host, url } = await listenLocally(server);
  return Object.assign(billing, { host, url });
}
