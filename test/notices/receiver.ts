/** A real webhook receiver: keeps what came, and answers as it is told. */
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { listenLocally } from '../support/http.js';

export interface Received {
  path: string;
  headers: IncomingHttpHeaders;
  body: Record<string, unknown> & { event?: string; id?: string; run_key?: string; title?: string; text?: string };
}

export interface Receiver {
  url(path: string): string;
  /** What came on a path, in order. */
  on(path: string): Received[];
  /** How a path answers from now on; `null` never answers. Default: 200. */
  answer(path: string, how: ((response: ServerResponse, nth: number) => void) | null): void;
}

export async function startReceiver(): Promise<Receiver> {
  const came: Received[] = [];
  const answers = new Map<string, ((response: ServerResponse, nth: number) => void) | null>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const path = request.url!.split('?')[0]!;
      const body = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Received['body'];
      came.push({ path, headers: request.headers, body });
      const how = answers.get(path);
      if (how === undefined) response.end('ok');
      else how?.(response, came.filter((one) => one.path === path).length);
    });
  });
  const { url } = await listenLocally(server);
  return {
    url: (path) => url + path,
    on: (path) => came.filter((one) => one.path === path),
    answer: (path, how) => void answers.set(path, how),
  };
}
