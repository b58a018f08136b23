/** Serves the built page with what was recorded, under the content policy the real server sends. */
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { DateView } from '../../../src/control/views/date-types.js';
import { root } from '../../architecture/tracked-files.js';
import { recordedAt, type Recorded } from './recorded.js';

const CSP =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const TYPES: Record<string, string> = { '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };

export interface RecordedServer {
  url: string;
  recorded: Recorded;
  /** Bodies of actions, oldest first. */
  acted: { path: string; body: unknown }[];
  /** The keys they came with, oldest first. */
  keys: string[];
  /** What actions are answered with. */
  outcome: object;
  /** While set, actions are done and their answer is lost. */
  loses: boolean;
  /** While set, every request of the API is answered by it. */
  answer: { status: number; body: object } | null;
  /** While set, actions are answered by it. */
  refusal: { status: number; body: object } | null;
  /** Tells all open pages that something has changed. */
  tell(): void;
  stop(): Promise<void>;
}

export async function startRecordedServer(change: (recorded: Recorded) => void = () => undefined): Promise<RecordedServer> {
  const recorded = recordedAt(Date.now());
  change(recorded);
  const server = createServer((request, response) => void serve(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const listening = new Set<ServerResponse>();
  const handle: RecordedServer = {
    ...{
      url: `http://127.0.0.1:${port}`,
      recorded,
      acted: [],
      keys: [],
      outcome: { outcome: 'done' },
      loses: false,
      answer: null,
      refusal: null,
    },
    tell: () => {
      for (const one of listening) one.write('event: changed\ndata: {}\n\n');
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return handle;

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://localhost');
    response.setHeader('content-security-policy', CSP);
    if (url.pathname.startsWith('/api/')) return await serveApi(request, url, response);
    const asset = url.pathname.startsWith('/assets/');
    const file = path.join(root, 'dist/web/page', asset ? url.pathname : 'index.html');
    response.setHeader('content-type', asset ? (TYPES[path.extname(file)] ?? 'text/plain') : 'text/html; charset=utf-8');
    response.end(await readFile(file));
  }

  async function serveApi(request: IncomingMessage, url: URL, response: ServerResponse): Promise<void> {
    const told = handle.answer;
    const send = (status: number, body: object): void => {
      response.writeHead(status, { 'content-type': status < 400 ? 'application/json' : 'application/problem+json' });
      response.end(JSON.stringify(body));
    };
    if (told !== null) return send(told.status, told.body);
    if (url.pathname === '/api/events') {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('retry: 100\n\n');
      listening.add(response);
      return void response.on('close', () => listening.delete(response));
    }
    if (request.method === 'POST') {
      handle.keys.push(String(request.headers['idempotency-key']));
      if (handle.refusal !== null) return send(handle.refusal.status, handle.refusal.body);
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      handle.acted.push({ path: url.pathname, body: JSON.parse(Buffer.concat(chunks).toString()) });
      if (handle.loses) {
        // Amid the answer: a request whose connection breaks before one is sent again by the browser itself.
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': 100 });
        return void response.write('{', () => request.socket.destroy());
      }
      return send(200, handle.outcome);
    }
    const body = viewFor(url);
    return body === null ? send(404, { detail: `There is nothing at ${url.pathname}.`, kind: 'not_found' }) : send(200, body);
  }

  /** The one recorded date, as if it were another. */
  function dateOf(runKey: string): DateView {
    const { graph } = recorded.date;
    const nodes = graph.nodes.map((node) => ({ ...node, run: node.run === null ? null : `${node.task}:${runKey}` }));
    return { ...recorded.date, runKey, date: runKey.slice(0, 8), graph: { ...graph, nodes } };
  }

  function viewFor({ pathname, searchParams }: URL): object | null {
    const last = decodeURIComponent(pathname.split('/').at(-1) ?? '');
    if (pathname === '/api/project') return { name: 'civic' };
    if (pathname === '/api/session') return { tokenNeeded: false, name: 'web', role: 'operate' };
    if (pathname === '/api/grid') return recorded.grid;
    if (pathname === '/api/views/next') return recorded.next(Number(searchParams.get('hours')));
    if (pathname === '/api/views/backfills') return recorded.backfills;
    if (pathname.startsWith('/api/views/backfills/'))
      return [...recorded.backfills.backfills, ...recorded.olderBackfills].find(({ workflowId }) => workflowId === last) ?? null;
    if (pathname.startsWith('/api/dates/')) return dateOf(last);
    if (pathname.startsWith('/api/why/')) return recorded.why;
    if (pathname.endsWith('/logs')) return { lines: LOG, after: 'x', more: false };
    if (pathname.startsWith('/api/tasks/')) return { id: last, paramsSchema: PARAMS };
    if (pathname.startsWith('/api/views/runs/')) return last.startsWith('task_rag') ? recorded.failed : recorded.running;
    return null;
  }
}

const LOG = [
  {
    at: '2026-11-22T05:00:01.000Z',
    level: 'info',
    message: 'crawl begins',
    task: 'task_firecrawl',
    attempt: 1,
    fields: { site: 'civic' },
  },
  {
    at: '2026-11-22T05:00:02.100Z',
    level: 'warn',
    message: 'slow page',
    task: 'task_firecrawl',
    attempt: 1,
    fields: { ms: 1_200 },
  },
  {
    at: '2026-11-22T05:00:07.000Z',
    level: 'error',
    message: 'HTTP 429',
    task: 'task_contributions_analysis',
    attempt: 1,
    fields: {},
  },
];

const PARAMS = {
  type: 'object',
  properties: {
    limit: { type: 'integer', minimum: 1, maximum: 500, default: 100, description: 'Contributions at a time' },
    language: { type: 'string', enum: ['fr', 'en'], default: 'fr' },
    dryRun: { type: 'boolean', default: false },
  },
};
