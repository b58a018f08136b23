import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { sql, type Kysely } from 'kysely';
import { beforeAll, describe, expect, test } from 'vitest';
import { openSql } from '../../src/kit/sql/client.js';
import type { TaskResult } from '../../src/plan/types.js';
import { startMailServer, type MailServer } from '../kit/mail-server.js';
import { resultOf } from '../support/engine.js';
import { postgresPrograms, startPostgres } from '../support/postgres.js';
import { DIE_HERE, keepOneRunning, projectOfWorkers, type Workers } from './workers.js';
import { afterwards } from '../support/servers.js';
import { listenLocally } from '../support/http.js';

/** A worker that is killed takes the attempts of all tasks with it; each body dies at its own point once. */
const TASK = (body: string) => `{
  timeout: '1 minute', heartbeat: '3 seconds', retry: { retries: 20, delay: '1 second' },
  async run(ctx) {
    const kit = await import('daychain/kit');
${DIE_HERE}
    ${body}
  },
}`;
const POINTS = ['inside', 'between', 'http', 'mail', 'file'];
const FILE_PARTS = ['<html>', 'the whole report', '</html>'];

/** Charges once per Idempotency-Key, as providers do. */
interface Provider {
  url: string;
  keys: (string | undefined)[];
  charges: number;
}

describe.skipIf(postgresPrograms() === null)(
  'effects of tasks whose worker is killed in the middle (with a Postgres of this machine)',
  () => {
    let workers: Workers;
    let db: Kysely<unknown>;
    let mails: MailServer;
    let provider: Provider;
    let halfWritten: boolean;
    let results: TaskResult[];

    beforeAll(async () => {
      const url = await startPostgres();
      db = await openSql<unknown>({ url }, '/');
      afterwards(() => db.destroy());
      await sql`create table payments (name text not null, amount integer not null)`.execute(db);
      mails = await startMailServer();
      provider = await startProvider();
      workers = await projectOfWorkers({
        name: 'effects',
        config: `clients: { sql: { open: async (tools) => (await import('daychain/kit')).sqlClient({ url: '${url}' }).open(tools), close: (db) => db.destroy() } }`,
        tasks: {
          ef_row: TASK(`
          const db = await ctx.clients.sql();
          for (const name of ['a', 'b', 'c']) {
            await kit.once(ctx, db, name, async (transaction) => {
              await transaction.insertInto('payments').values({ name, amount: 10 }).execute();
              if (name === 'b') dieHere('inside');
            });
            if (name === 'b') dieHere('between');
          }`),
          ef_http: TASK(`
          const http = kit.createHttp({ allow: [new URL('${provider.url}').host] });
          await http.post('${provider.url}', { amount: 10 }, { idempotencyKey: kit.effectKey(ctx, 'charge') });
          dieHere('http');
          http.close();`),
          ef_mail: TASK(`
          const mailer = kit.createMailer({ url: '${mails.url}', from: 'civic@example.net' });
          await mailer.send(ctx, { key: '1', to: 'a@example.org', subject: 'x', text: 'y' });
          dieHere('mail');
          mailer.close();`),
          ef_file: TASK(`
          async function* parts() {
            const [first, ...rest] = ${JSON.stringify(FILE_PARTS)};
            yield first;
            dieHere('file');
            yield* rest;
          }
          await kit.writeWhole(ctx.secrets.get('GATES') + '/out', 'report.html', parts());`),
        },
      });
      const report = join(workers.dir, 'gates/out/report.html');
      const died = (point: string) => existsSync(join(workers.dir, `gates/died-${point}`));

      halfWritten = false;
      const running = keepOneRunning(workers, () => {
        if (died('file')) halfWritten ||= existsSync(report) && readFileSync(report, 'utf8') !== FILE_PARTS.join('');
      });
      const handles = await Promise.all(
        ['ef_row', 'ef_http', 'ef_mail', 'ef_file'].map((task) =>
          workers.client.workflow.start('runTask', {
            taskQueue: workers.taskQueue,
            workflowId: `${task}:20260203`,
            args: [{ task, date: '20260203', mark: Date.now() }],
          }),
        ),
      );
      results = await Promise.all(handles.map((handle) => resultOf<TaskResult>(handle, 240_000)));
      await running.end();
    }, 400_000);

    test('each died at its point, and all succeeded in the end', () => {
      for (const point of POINTS) expect(existsSync(join(workers.dir, `gates/died-${point}`)), point).toBe(true);
      expect(results.map(({ status }) => status)).toEqual(['success', 'success', 'success', 'success']);
      for (const { attempts } of results) expect(attempts).toBeGreaterThan(1);
    });

    test('every row is there once, whether the worker died before or after it was kept', async () => {
      const { rows } = await sql<{ name: string; amount: number }>`select * from payments order by name`.execute(db);
      expect(rows).toEqual(['a', 'b', 'c'].map((name) => ({ name, amount: 10 })));
      const effects = await sql<{ effect: string }>`select effect from daychain_effects order by effect`.execute(db);
      expect(effects.rows.map(({ effect }) => effect)).toEqual(['a', 'b', 'c']);
    });

    test('the provider was asked again with the same key, and charged once', () => {
      expect(provider.keys.length).toBeGreaterThan(1);
      expect(new Set(provider.keys).size).toBe(1);
      expect(provider.charges).toBe(1);
    });

    test('the second mail can be known for the first', () => {
      expect(mails.mails.length).toBeGreaterThan(1);
      expect(new Set(mails.mails.map(({ messageId }) => messageId)).size).toBe(1);
    });

    test('the file was never half there, and is whole in the end', () => {
      expect(halfWritten).toBe(false);
      const out = join(workers.dir, 'gates/out');
      expect(readFileSync(join(out, 'report.html'), 'utf8')).toBe(FILE_PARTS.join(''));
      expect(readdirSync(out).filter((name) => !name.endsWith('.tmp'))).toEqual(['report.html']);
    });
  },
);

async function startProvider(): Promise<Provider> {
  const provider: Provider = { url: '', keys: [], charges: 0 };
  const server = createServer((request, response) => {
    const key = request.headers['idempotency-key'] as string | undefined;
    if (key === undefined || !provider.keys.includes(key)) provider.charges++;
    provider.keys.push(key);
    request.resume().on('end', () => response.end('{}'));
  });
  provider.url = `${(await listenLocally(server)).url}/charges`;
  return provider;
}
