/** Web sites of tests: real servers on loopback, closed after the test. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { listenLocally } from '../../support/http.js';

export interface Answer {
  status?: number;
  headers?: Record<string, string>;
  body?: string | Buffer;
  never?: boolean;
  /** Answers itself. */
  by?: (request: IncomingMessage, response: ServerResponse) => void;
}

export function page(links: string[], head = ''): Answer {
  const anchors = links.map((href) => `<a href="${href}">lien</a>`).join(' ');
  return {
    headers: { 'content-type': 'text/html; charset=utf-8' },
    body: `<html lang="fr"><head>${head}</head><main><h1>Titre</h1>${anchors}</main></html>`,
  };
}

/** Serves answers by path and query. What is not there is asked of `others`, else it is 404. Returns the address. */
export async function site(answers: Record<string, Answer>, others?: (request: IncomingMessage) => Answer): Promise<string> {
  const server = createServer((request, response) => {
    const answer = answers[request.url ?? ''] ?? others?.(request) ?? { status: 404 };
    if (answer.never) return;
    if (answer.by) answer.by(request, response);
    else response.writeHead(answer.status ?? 200, answer.headers).end(answer.body);
  });
  return `${(await listenLocally(server)).url}/`;
}
