/** The leads project's tasks, run alone on a database of the test's own. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Kysely } from 'kysely';
import type { ClientTools, Task } from 'daychain';
import { createHttp, openSql } from 'daychain/kit';
import { testTask, type TestedTask, type TestTaskOptions } from 'daychain/testing';
import { setUp, type Tables } from '../../../examples/leads/lib/database.js';
import { openPlaces } from '../../../examples/leads/lib/places.js';
import { settings as declared } from '../../../examples/leads/lib/settings.js';
import { openWeb } from '../../../examples/leads/lib/web.js';
import { afterwards } from '../../support/servers.js';
import { TEST_HOME_PREFIX } from '../../support/test-homes.js';
import { listenLocally } from '../../support/http.js';

export interface Leads {
  db: Kysely<Tables>;
  dir: string;
  run(task: Task<never> | Task, options?: TestTaskOptions): Promise<TestedTask>;
}

/** PGlite with the sample in it. Closed after the file's tests. */
export async function openLeads(): Promise<Leads> {
  const dir = mkdtempSync(join(tmpdir(), TEST_HOME_PREFIX));
  const db = await openSql<Tables>({}, dir);
  afterwards(async () => {
    await db.destroy();
    rmSync(dir, { recursive: true, force: true });
  });
  await setUp(db, true);
  return {
    db,
    dir,
    async run(task, options = {}) {
      const settings: Record<string, unknown> = { ...defaults(), LEADS_METRICS: join(dir, 'queues.prom'), ...options.settings };
      const tools = { settings, dir } as unknown as ClientTools;
      const http = createHttp({ allow: settings.INNER_HOSTS as string[], retries: 0 });
      const clients = { sql: db, web: openWeb(tools), places: openPlaces(tools), http };
      try {
        return await testTask(task, { ...options, settings, clients: { ...clients, ...options.clients } });
      } finally {
        clients.web.close();
        clients.places.close();
        http.close();
      }
    },
  };
}

function defaults(): Record<string, unknown> {
  return Object.fromEntries(Object.entries(declared).map(([name, setting]) => [name, setting.default]));
}

export interface Service {
  url: string;
  /** As `127.0.0.1:port`, for INNER_HOSTS. */
  host: string;
  requests: { path: string; headers: IncomingMessage['headers']; body: unknown }[];
  /** What a request is answered with, and what is waited for before. */
  answer: (request: Service['requests'][number]) => {
    status?: number;
    headers?: Record<string, string>;
    body?: unknown;
    after?: Promise<void>;
  };
}

/** How the services answer a request they did what it asked for. */
export function accepting({ path }: { path: string }): ReturnType<Service['answer']> {
  if (path.startsWith('/v1/')) return { body: { debounce: { code: '5', reason: 'Deliverable' }, success: '1' } };
  if (path.startsWith('/v3/contacts')) return { status: 201, body: { id: 21 } };
  if (path.startsWith('/crm/')) return { body: { status: 'COMPLETE', results: [{ id: '51', new: true }] } };
  return { body: { message: 'Workflow was started' } };
}

/** A service that keeps what it was asked. Stopped after the file's tests. */
export async function startService(): Promise<Service> {
  const service: Service = { url: '', host: '', requests: [], answer: () => ({}) };
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      const asked = { path: request.url!, headers: request.headers, body: text === '' ? null : (JSON.parse(text) as unknown) };
      service.requests.push(asked);
      const { status = 200, headers = {}, body = {}, after } = service.answer(asked);
      const answer = typeof body === 'string' ? body : JSON.stringify(body);
      void Promise.resolve(after).then(() => {
        response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(answer);
      });
    });
  });
  const { host, url } = await listenLocally(server);
  return Object.assign(service, { host, url });
}

export function textOf(path: string): string {
  return readFileSync(path, 'utf8');
}
