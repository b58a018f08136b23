/** What the tasks ask is away, slow, overrun or talks rubbish: a bounded number of attempts, an error in words, nothing half done. */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer as createListener, type Socket } from 'node:net';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { testTask } from 'daychain/testing';
import { createMailer, openSql } from '../../../src/kit/index.js';
import { openDatabase } from '../../../examples/component/lib/database.js';
import sync from '../../../examples/component/tasks/task_external_sync.js';
import uploads from '../../../examples/component/tasks/task_process_uploads.js';
import reminder from '../../../examples/component/tasks/task_reminder.js';
import { failureOf, resultOf } from '../../support/engine.js';
import { type Example, openExample } from '../../support/example.js';
import { type Bench, openBench } from './bench.js';
import { listenLocally } from '../../support/http.js';

type Answer = { status?: number; body?: string; headers?: Record<string, string>; never?: true; cut?: true };
interface Api {
  url: string;
  /** Answers by turns, the last one for ever. */
  answers: Answer[];
  asked: number;
}

async function startApi(): Promise<Api> {
  const api: Api = { url: '', answers: [], asked: 0 };
  const server = createServer((request, response) => {
    const {
      status = 200,
      body = '{"data":[]}',
      headers = {},
      never,
      cut,
    } = api.answers[Math.min(api.asked++, api.answers.length - 1)]!;
    if (never) return;
    if (cut) {
      response.writeHead(200, { 'content-length': '1000' });
      response.write(body, () => request.socket.destroy());
      return;
    }
    response.writeHead(status, headers).end(body);
  });
  api.url = `${(await listenLocally(server)).url}/data`;
  return api;
}

const RECORD = '{"id":"n-1","name":"New","revision":1}';

describe('one attempt', () => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await openBench();
  });

  const syncWith = async (answers: Answer[], settings: Record<string, unknown> = {}) => {
    const api = await startApi();
    api.answers = answers;
    const tried = await testTask(
      sync,
      bench.run('task_external_sync', '20260203', { settings: { API_URL: api.url, ...settings } }),
    );
    const rows = await bench.db.selectFrom('records').selectAll().execute();
    return { ...tried, asked: api.asked, rows: rows.length };
  };

  test.each<[string, Answer, number, RegExp]>([
    ['that is slow', { never: true }, 3, /127\.0\.0\.1:\d+.*1000 ms/],
    ['that is overrun', { status: 429, headers: { 'retry-after': '0' } }, 3, /429/],
    ['that fails', { status: 503 }, 3, /503/],
    ['whose answer is cut off', { cut: true, body: `{"data":[${RECORD},` }, 3, /127\.0\.0\.1/],
    ['that talks rubbish', { body: `{"data":[${RECORD},` }, 1, /JSON/],
    ['whose answer is of another kind', { body: '{"items":[]}' }, 1, /data/],
  ])('of the sync with an API %s asks so often, says what is wrong and writes nothing', async (_, answer, times, words) => {
    const { result, retry, asked, rows } = await syncWith([answer], { API_TIMEOUT_SECONDS: answer.never ? 1 : 30 });
    expect(result).toMatchObject({ status: 'failed', reason: expect.stringMatching(words) as string });
    expect({ asked, rows, again: retry?.again }).toEqual({ asked: times, rows: 0, again: true });
  });

  test('of the sync waits as long as an API that is overrun asks for', async () => {
    const { retry, asked } = await syncWith([{ status: 429, headers: { 'retry-after': '600' } }]);
    expect({ retry, asked }).toMatchObject({ retry: { again: true, delayMs: 600_000 }, asked: 1 });
  });

  test('of the sync gives up at once where its token is refused', async () => {
    const { result, retry, asked } = await syncWith([{ status: 401 }]);
    expect(result.reason).toMatch(/refused API_TOKEN with 401/);
    expect({ again: retry?.again, asked }).toEqual({ again: false, asked: 1 });
  });

  test('of the uploads with a database whose connection breaks leaves every file where it is', async () => {
    const server = createListener((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => socket.end());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const db = await openSql({ url: `postgres://a@127.0.0.1:${port}/a` }, '/');
    try {
      const pending = join(bench.data, 'uploads/pending');
      mkdirSync(pending, { recursive: true });
      for (const name of ['a.csv', 'b.csv']) writeFileSync(join(pending, name), 'customer;amount\nHarbour Books;12.50\n');
      const { result, retry } = await testTask(uploads, bench.run('task_process_uploads', '20260205', { clients: { sql: db } }));
      expect({ result, retry }).toMatchObject({ result: { status: 'failed' }, retry: { again: true } });
      // The driver says it in words alone: neither a code nor a severity tells it from an error in a file.
      expect(result.reason).toContain('Connection terminated unexpectedly');
      expect(readdirSync(pending)).toEqual(['a.csv', 'b.csv']);
      expect(existsSync(join(bench.data, 'uploads/errors'))).toBe(false);
    } finally {
      await db.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    }
  });

  test.each<[string, string, boolean]>([
    ['is busy', '421 4.3.2 too busy\r\n', true],
    ['talks rubbish', 'HTTP/1.1 400 Bad Request\r\n\r\n', true],
    ['refuses for good', '554 5.7.1 not you\r\n', false],
  ])('of the reminder with a mail server that %s tells nobody that it was sent', async (_, greeting, again) => {
    const sockets: Socket[] = [];
    const server = createListener((socket) => {
      sockets.push(socket);
      socket.on('error', () => {});
      socket.end(greeting);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const mail = createMailer({ from: 'a@example.org', url: `smtp://127.0.0.1:${port}` });
    try {
      const { result, retry } = await testTask(
        reminder,
        bench.run('task_reminder', '20260205', { clients: { sql: bench.db, mail } }),
      );
      expect(result).toMatchObject({ status: 'failed', reason: expect.stringContaining('the mail was not sent') as string });
      expect(retry).toMatchObject({ again });
      expect(existsSync(join(bench.out, 'reminders/20260205.json'))).toBe(false);
    } finally {
      mail.close();
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    }
  });
});

describe('every task, with its worker', () => {
  const DATE = '20260206';
  /** A retry soon, however long the task says. */
  const PACE = { heartbeatMs: 60_000, retryDelayMs: 100 };

  test('ends with a clear error where the database and the mail server are away', async () => {
    // Nobody listens on the first of all ports, nor may take it meanwhile.
    const away = { DATABASE_URL: 'postgres://a@127.0.0.1:1/a', SMTP_URL: 'smtp://127.0.0.1:1' };
    const example = await openExample('component', away, PACE);
    // They ask nothing but the disk.
    const without = ['task_lunch', 'task_temp_cleanup'];
    const tasks = namesBelow(example, 'tasks').map((name) => name.replace('.ts', ''));
    const asking = tasks.filter((task) => !without.includes(task));
    expect(asking).toHaveLength(15);
    await example.start();
    const begun = asking.map(async (task) => {
      // Forced: neither a backup that is fresh nor a machine that is busy matters here.
      const input = { task, date: DATE, mark: Date.now(), force: { by: 'test', reason: 'whatever the machine does' } };
      const run = { taskQueue: example.taskQueue, workflowId: `${task}:${DATE}`, args: [input] };
      return [task, await example.client.workflow.start('runTask', run)] as const;
    });
    for (const [task, run] of await Promise.all(begun)) {
      const { message, result } = await failureOf(run, 90_000);
      expect({ task, message }).toEqual({ task, message: expect.stringMatching(/ECONNREFUSED 127\.0\.0\.1:1\b/) as string });
      const { default: definition } = (await import(`../../../examples/component/tasks/${task}.ts`)) as Defined;
      expect({ task, attempts: result.attempts }).toEqual({ task, attempts: 1 + (definition.definition.retry?.retries ?? 3) });
    }
    // Nothing was written, and no upload was moved.
    expect(readdirSync(example.dir)).not.toContain('out');
    expect(namesBelow(example, '.data/uploads')).toEqual(['pending']);
    expect(namesBelow(example, '.data/uploads/pending')).toHaveLength(3);
  });

  test(
    'asks an API in trouble a bounded number of times, and goes on where it stopped once that is well',
    {
      timeout: 180_000,
    },
    async () => {
      const api = await startApi();
      const example = await openExample('component', { API_URL: api.url }, PACE);
      const worker = await example.start();
      const overrun: Answer = { status: 429, headers: { 'retry-after': '0' } };
      api.answers = [
        { body: 'rubbish' },
        overrun,
        overrun,
        overrun,
        { status: 503 },
        { status: 503 },
        { status: 503 },
        { cut: true },
      ];
      const failed = await failureOf(await example.begin('task_external_sync', DATE), 90_000);
      expect(failed.message).toContain(api.url);
      // One for the rubbish, which is the same however often it is read, and three each for the other attempts.
      expect({ attempts: failed.result.attempts, asked: api.asked }).toEqual({ attempts: 4, asked: 10 });
      Object.assign(api, { answers: [overrun, { status: 503 }, { body: `{"data":[${RECORD}]}` }], asked: 0 });
      expect(await resultOf(await example.begin('task_external_sync', DATE), 90_000)).toMatchObject({
        status: 'success',
        written: 1,
      });
      expect(api.asked).toBe(3);
      worker.process.kill('SIGTERM');
      await worker.ended;
      const db = await openDatabase({ url: null, dir: example.dir });
      expect(await db.selectFrom('records').select(['id', 'synced_for']).execute()).toEqual([{ id: 'n-1', synced_for: DATE }]);
      await db.destroy();
    },
  );
});

describe('settings that cannot be', () => {
  test.each([
    ['API_URL', 'not-an-address'],
    ['DATABASE_URL', 'nowhere'],
    ['SMTP_URL', 'nowhere'],
    ['BACKUPS_KEPT', '0'],
    ['API_TIMEOUT_SECONDS', 'soon'],
  ])('of %s are refused by name by check and worker', async (name, value) => {
    const example = await openExample('component', { [name]: value });
    const answers = await Promise.all([example.daychain('check'), example.daychain('worker')]);
    for (const { exit, stdout, stderr } of answers) {
      expect({ exit, text: stdout + stderr }).toEqual({ exit: 2, text: expect.stringContaining(name) as string });
    }
  });
});

type Defined = { default: { definition: { retry?: { retries?: number } } } };

function namesBelow({ dir }: Example, folder: string): string[] {
  return readdirSync(join(dir, folder)).sort();
}
