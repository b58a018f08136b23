/** The crawl by way of Firecrawl, against a server that speaks its API of version 2. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createHttp } from 'daychain/kit';
import { testTask, type TestedTask } from 'daychain/testing';
import { beforeEach, describe, expect, test } from 'vitest';
import { readCrawl } from '../../../examples/civic/lib/crawl/stored.js';
import firecrawl from '../../../examples/civic/tasks/task_firecrawl.js';
import type { Duration } from '../../../src/plan/duration.js';
import { temporaryFolder } from '../../support/servers.js';
import { settingsOf } from './fake-context.js';
import { filesBelow } from './folders.js';
import { site, type Answer } from './sites.js';

const document = (path: string, title: string) => ({
  markdown: `# ${title}\n\nTexte.\n`,
  html: `<main><h1>${title}</h1><a href="/acte.pdf">acte</a></main>`,
  metadata: { title, language: 'fr', sourceURL: `https://www.a.example${path}`, statusCode: 200 },
});

/** What the server was asked: `POST /v2/crawl`, with the key and the body. */
interface Asked {
  what: string;
  key: string | undefined;
  idempotencyKey: string | undefined;
  body: string;
}

let out: string;
let asked: Asked[];
/** Answers by `METHOD /path`, one after the other; the last one stays. */
let script: Record<string, Answer[]>;
let api: string;

beforeEach(async () => {
  out = temporaryFolder();
  asked = [];
  script = {
    'POST /v2/crawl': [json({ success: true, id: 'job-1', url: 'https://api/v2/crawl/job-1' })],
    'GET /v2/crawl/job-1': [
      json({ status: 'completed', total: 2, completed: 2, data: [document('/', 'Accueil')], next: '/v2/crawl/job-1?skip=1' }),
    ],
    'GET /v2/crawl/job-1?skip=1': [json({ status: 'completed', data: [document('/eau', 'Eau'), gone('/vieux')], next: null })],
    'GET /v2/crawl/job-1/errors': [
      json({
        errors: [{ id: '1', url: 'https://www.a.example/lent', error: 'timed out' }],
        robotsBlocked: ['https://www.a.example/prive'],
      }),
    ],
  };
  api = await site({}, (request) => ({
    by(_, response) {
      let body = '';
      request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
      request.on('end', () => {
        const what = `${request.method} ${request.url}`;
        const { authorization, 'idempotency-key': idempotencyKey } = request.headers;
        asked.push({ what, key: authorization, idempotencyKey: idempotencyKey as string | undefined, body });
        const answers = script[what] ?? [{ status: 404 }];
        const answer = answers.length > 1 ? answers.shift()! : answers[0]!;
        if (!answer.never) response.writeHead(answer.status ?? 200, answer.headers).end(answer.body);
      });
    },
  }));
});

function json(body: object): Answer {
  return { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

function gone(path: string): object {
  return { metadata: { sourceURL: `https://www.a.example${path}`, statusCode: 404, error: 'Not Found' } };
}

function run({ timeout = '30 seconds', ...options }: { attempt?: number; timeout?: Duration } = {}): Promise<TestedTask> {
  const settings = settingsOf({ CIVIC_OUT: out, FIRECRAWL_API_KEY: 'fc-secret', FIRECRAWL_URL: api });
  const http = createHttp({ allow: [new URL(api).host], timeout, delay: '1 millisecond' });
  return testTask(firecrawl, {
    ...options,
    params: { url: 'https://www.a.example/' },
    settings: { ...settings },
    clients: { http },
  });
}

describe('task_firecrawl with a FIRECRAWL_API_KEY', () => {
  test('starts one crawl, takes all parts of its answer, and leaves the same files as its own reader', async () => {
    const { result, error } = await run();
    expect(error).toBeUndefined();
    expect(result).toMatchObject({ status: 'success', pages_crawled: 2, pages_failed: 2, skipped_by_robots: 1, pdfs_found: 1 });
    const index = (await readCrawl(join(out, '20260203')))!;
    expect(index.sources[0]).toMatchObject({ reader: 'firecrawl', total_pages: 2 });
    expect(index.documents.map(({ title }) => title)).toEqual(['Accueil', 'Eau']);
    expect(index.failures.map(({ url }) => url)).toEqual(['https://www.a.example/vieux', 'https://www.a.example/lent']);
    const [first] = index.documents;
    expect(readFileSync(join(out, '20260203/crawl', `${first!.file}.md`), 'utf8')).toBe('# Accueil\n\nTexte.\n');
    expect(filesBelow(join(out, '20260203/crawl/site'))).toHaveLength(7);

    const start = asked.find(({ what }) => what === 'POST /v2/crawl')!;
    expect(JSON.parse(start.body)).toMatchObject({
      url: 'https://www.a.example/',
      limit: 100,
      maxDiscoveryDepth: 3,
      scrapeOptions: { formats: ['markdown', 'html'], onlyMainContent: true },
    });
    expect(start.idempotencyKey).toMatch(/./);
    expect(new Set(asked.map(({ key }) => key))).toEqual(new Set(['Bearer fc-secret']));
  });

  test('an attempt after one that died goes on with the crawl that was started: it is paid for', async () => {
    script['GET /v2/crawl/job-1']!.unshift(json({ status: 'completed', data: [document('/', 'Accueil')] }));
    script['GET /v2/crawl/job-1/errors'] = [{ status: 500 }];
    const first = await run();
    expect(first.retry).toMatchObject({ again: true });
    script['GET /v2/crawl/job-1/errors'] = [json({ errors: [], robotsBlocked: [] })];
    const second = await run({ attempt: 2 });
    expect(second.result.status).toBe('success');
    expect(asked.filter(({ what }) => what === 'POST /v2/crawl')).toHaveLength(1);
  });

  test('one that Firecrawl has forgotten is started anew', async () => {
    script['GET /v2/crawl/job-1/errors'] = [{ status: 500 }];
    await run();
    script['GET /v2/crawl/job-1'] = [{ status: 404 }];
    script['POST /v2/crawl'] = [json({ success: true, id: 'job-2' })];
    script['GET /v2/crawl/job-2'] = [json({ status: 'completed', data: [document('/', 'Accueil')] })];
    script['GET /v2/crawl/job-2/errors'] = [json({})];
    expect((await run({ attempt: 2 })).result).toMatchObject({ status: 'success', pages_crawled: 1 });
  });

  test('an empty crawl is no success (the stub it replaces said success with none)', async () => {
    script['GET /v2/crawl/job-1'] = [json({ status: 'completed', data: [] })];
    script['GET /v2/crawl/job-1/errors'] = [json({})];
    expect((await run()).result).toMatchObject({ status: 'failed' });
  });

  test('the key goes to no other host, whatever the answer names', async () => {
    const elsewhere = await site({}, () => json({ status: 'completed', data: [] }));
    script['GET /v2/crawl/job-1'] = [json({ status: 'completed', data: [], next: `${elsewhere}steal` })];
    const { result } = await run();
    expect(result.reason).toMatch(/names http:\/\/127\.0\.0\.1:\d+ for the next part/);
  });

  test.each<[string, Answer, RegExp]>([
    ['refuses the key', { status: 401 }, /set FIRECRAWL_API_KEY to a valid one/],
    ['has no credits left', { status: 402 }, /no credits left/],
    ['answers 429', { status: 429 }, /answered 429/],
    ['answers 500', { status: 500 }, /answered 500/],
    ['answers rubbish', { body: '<html>Gateway</html>' }, /is not the JSON expected/],
    ['answers another shape', json({ ok: 1 }), /is not the JSON expected/],
    ['hangs', { never: true }, /did not answer within 1000 ms/],
  ])('where it %s, the task fails and says so, after three requests at most', async (_, answer, message) => {
    script['POST /v2/crawl'] = [answer];
    const { result } = await run(answer.never ? { timeout: '1 second' } : {});
    expect(result).toMatchObject({ status: 'failed', reason: expect.stringMatching(message) as string });
    expect(asked.length).toBeLessThanOrEqual(3);
  });

  test('a crawl that Firecrawl gives up fails the task, with how far it came', async () => {
    script['GET /v2/crawl/job-1'] = [json({ status: 'failed', completed: 3, total: 9, data: [] })];
    expect((await run()).result.reason).toMatch(/ended crawl job-1 as failed, after 3 of 9 pages/);
  });
});
