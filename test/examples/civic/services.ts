/** Services of tests: what they were asked is kept, what they answer is told by method and path. */
import type { IncomingHttpHeaders } from 'node:http';
import { site, type Answer } from './sites.js';

export interface Asked {
  what: string;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface Service {
  /** Without a slash at its end. */
  url: string;
  asked: Asked[];
}

/** @param answers by `POST /path`, the query left out; what is not there is 404 */
export async function service(answers: Record<string, Answer | ((asked: Asked) => Answer)>): Promise<Service> {
  const asked: Asked[] = [];
  const url = await site({}, (request) => ({
    by(_, response) {
      let body = '';
      request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
      request.on('end', () => {
        const one = { what: `${request.method} ${new URL(request.url!, 'http://x').pathname}`, headers: request.headers, body };
        asked.push({ ...one, what: one.what });
        const found = answers[one.what] ?? { status: 404 };
        const answer = typeof found === 'function' ? found({ ...one, what: `${request.method} ${request.url}` }) : found;
        if (!answer.never) response.writeHead(answer.status ?? 200, answer.headers).end(answer.body);
      });
    },
  }));
  return { url: url.replace(/\/$/, ''), asked };
}

export function json(body: object): Answer {
  return { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}
