/** Every task of the example by what it leaves behind: rows, files, mails, requests. Twice in a row leaves the same. */
import { existsSync, lutimesSync, mkdirSync, readdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { testTask } from 'daychain/testing';
import batch from '../../../examples/component/tasks/task_batch_process.js';
import digest from '../../../examples/component/tasks/task_business_digest.js';
import assign from '../../../examples/component/tasks/task_business_sync.js';
import daily from '../../../examples/component/tasks/task_daily_report.js';
import backup from '../../../examples/component/tasks/task_database_backup.js';
import cleanup from '../../../examples/component/tasks/task_database_cleanup.js';
import sync from '../../../examples/component/tasks/task_external_sync.js';
import escalate from '../../../examples/component/tasks/task_frequent_business.js';
import health from '../../../examples/component/tasks/task_health_check.js';
import archive from '../../../examples/component/tasks/task_long.js';
import lunch from '../../../examples/component/tasks/task_lunch.js';
import morning from '../../../examples/component/tasks/task_morning_emails.js';
import uploads from '../../../examples/component/tasks/task_process_uploads.js';
import reminder from '../../../examples/component/tasks/task_reminder.js';
import temporary from '../../../examples/component/tasks/task_temp_cleanup.js';
import weekend from '../../../examples/component/tasks/task_weekend_maintenance.js';
import weekly from '../../../examples/component/tasks/task_weekly_report.js';
import { createMailer } from '../../../src/kit/index.js';
import { startMailServer } from '../../kit/mail-server.js';
import { type Bench, openBench } from './bench.js';
import { listenLocally } from '../../support/http.js';

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});

const mails = () => (existsSync(join(bench.out, 'mail')) ? readdirSync(join(bench.out, 'mail')) : []);
const read = (...path: string[]) => readFileSync(join(bench.out, ...path), 'utf8');

describe('the database', () => {
  test('backup holds every row of every table', async () => {
    // By force: how busy this machine is decides whether the condition postpones it.
    const { result } = await testTask(
      backup,
      bench.run('task_database_backup', '20260203', { runKey: '20260203T000000Z', force: true }),
    );
    expect(result).toMatchObject({ status: 'success', pruned: 0 });
    const lines = gunzipSync(readFileSync(join(bench.out, 'backups/backup-20260203T000000Z.jsonl.gz')))
      .toString()
      .trim()
      .split('\n');
    const { subscribers } = await bench.db
      .selectFrom('subscribers')
      .select(({ fn }) => fn.countAll<string>().as('subscribers'))
      .executeTakeFirstOrThrow();
    const backedUp = lines.map((line) => JSON.parse(line) as { table: string }).filter(({ table }) => table === 'subscribers');
    expect(backedUp).toHaveLength(Number(subscribers));
    expect(lines).toHaveLength(result.output.rows as number);
  });

  test('cleanup deletes what is older than 90 days of its date, and nothing else', async () => {
    const first = new Date('2025-11-05T00:00:00+01:00');
    const old = () => bench.db.selectFrom('logs').select('id').where('at', '<', first).execute();
    const kept = await bench.db.selectFrom('logs').select('id').where('at', '>=', first).execute();
    const before = await old();
    expect(before.length).toBeGreaterThan(0);
    const { result } = await testTask(cleanup, bench.run('task_database_cleanup'));
    expect(result.output).toEqual({ deleted: before.length, before: first.toISOString() });
    expect(await old()).toEqual([]);
    expect(await bench.db.selectFrom('logs').select('id').execute()).toHaveLength(kept.length);
    expect((await testTask(cleanup, bench.run('task_database_cleanup'))).result.output).toMatchObject({ deleted: 0 });
  });

  test('maintenance keeps how large each table is', async () => {
    await testTask(weekend, bench.run('task_weekend_maintenance', '20260207'));
    await testTask(weekend, bench.run('task_weekend_maintenance', '20260207'));
    const rows = await bench.db.selectFrom('maintenance').selectAll().where('date', '=', '20260207').execute();
    expect(rows).toHaveLength(9);
    expect(rows.find(({ table_name }) => table_name === 'subscribers')).toMatchObject({ rows: 8 });
  });

  test('totals count each hour once, however often they are made', async () => {
    await testTask(batch, bench.run('task_batch_process'));
    const first = await bench.db.selectFrom('hourly').selectAll().orderBy('hour').orderBy('level').execute();
    const { length } = await bench.db
      .selectFrom('logs')
      .select('id')
      .where('at', '<', new Date('2026-02-03T00:00:00Z'))
      .execute();
    expect(first.reduce((sum, { lines }) => sum + lines, 0)).toBe(length);
    await testTask(batch, bench.run('task_batch_process'));
    expect(await bench.db.selectFrom('hourly').selectAll().orderBy('hour').orderBy('level').execute()).toEqual(first);
  });

  test('health is one row per look', async () => {
    const { result } = await testTask(health, bench.run('task_health_check', '20260203', { runKey: '20260203T081500Z' }));
    const rows = await bench.db.selectFrom('health').selectAll().execute();
    expect(rows).toMatchObject([{ run_key: '20260203T081500Z', disk_free_percent: result.output.disk_free_percent }]);
  });
});

describe('the condition of the backup', () => {
  const NOW = new Date('2026-02-03T12:00:00Z');
  /** `force`: not asking how busy this machine is. */
  const withBackups = async (hours: number, count = 1, force = false) => {
    const out = join(bench.out, `aged-${hours}-${count}`);
    mkdirSync(join(out, 'backups'), { recursive: true });
    for (let number = 1; number <= count; number++) {
      const path = join(out, 'backups', `backup-202601${String(number).padStart(2, '0')}.jsonl.gz`);
      writeFileSync(path, 'old');
      const at = NOW.getTime() / 1_000 - hours * 3_600;
      utimesSync(path, at, at);
    }
    return {
      out,
      ...(await testTask(
        backup,
        bench.run('task_database_backup', '20260203', { now: NOW, force, settings: { COMPONENT_OUT: out } }),
      )),
    };
  };

  test('skips where the last one is under six hours old', async () => {
    const { result, out } = await withBackups(5);
    expect(result).toMatchObject({
      status: 'skipped',
      kind: 'condition_not_met',
      reason: expect.stringContaining('was written 5 h ago'),
    });
    expect(readdirSync(join(out, 'backups'))).toEqual(['backup-20260101.jsonl.gz']);
  });

  test('of nine that are old the seven newest are left, the new one among them', async () => {
    const { result, out } = await withBackups(7, 8, true);
    expect(result).toMatchObject({ status: 'success', pruned: 2 });
    expect(readdirSync(join(out, 'backups'))).toEqual([
      ...['03', '04', '05', '06', '07', '08'].map((day) => `backup-202601${day}.jsonl.gz`),
      'backup-20260203.jsonl.gz',
    ]);
  });

  test('of a run for an earlier date its own is left: the oldest goes, by when it was written', async () => {
    const out = join(bench.out, 'newer');
    mkdirSync(join(out, 'backups'), { recursive: true });
    // The one with the newest name was written first.
    const days = ['17', '11', '12', '13', '14', '15', '16'];
    for (const [number, day] of days.entries()) {
      const path = join(out, 'backups', `backup-202602${day}.jsonl.gz`);
      writeFileSync(path, 'old');
      const at = NOW.getTime() / 1_000 - (days.length - number) * 3_600;
      utimesSync(path, at, at);
    }
    const run = () =>
      testTask(backup, bench.run('task_database_backup', '20260203', { force: true, settings: { COMPONENT_OUT: out } }));
    const left = ['03', '11', '12', '13', '14', '15', '16'].map((day) => `backup-202602${day}.jsonl.gz`);
    expect((await run()).result).toMatchObject({ status: 'success', pruned: 1 });
    expect(readdirSync(join(out, 'backups'))).toEqual(left);
    expect((await run()).result).toMatchObject({ status: 'success', pruned: 0 });
    expect(readdirSync(join(out, 'backups'))).toEqual(left);
  });

  test('a backup that fails costs no older one', async () => {
    const out = join(bench.out, 'unwritable');
    mkdirSync(join(out, 'backups/backup-20260203.jsonl.gz'), { recursive: true });
    for (let number = 1; number <= 9; number++) writeFileSync(join(out, 'backups', `backup-2026010${number}.jsonl.gz`), 'old');
    const { result } = await testTask(
      backup,
      bench.run('task_database_backup', '20260203', { force: true, settings: { COMPONENT_OUT: out } }),
    );
    expect(result.status).toBe('failed');
    expect(readdirSync(join(out, 'backups')).filter((name) => name.startsWith('backup-202601'))).toHaveLength(9);
  });
});

describe('uploads', () => {
  const pending = () => join(bench.data, 'uploads/pending');
  const put = (name: string, text: string) => {
    mkdirSync(pending(), { recursive: true });
    writeFileSync(join(pending(), name), text);
  };
  const payments = () => bench.db.selectFrom('payments').select(['customer', 'cents']).orderBy('customer').execute();

  test('that are none, or whose folder is not there, are no work (O-109)', async () => {
    expect((await testTask(uploads, bench.run('task_process_uploads'))).result).toMatchObject({ kind: 'no_work' });
  });

  test('are taken in and deleted; what cannot be read is put aside, and the rest goes on', async () => {
    put('a.csv', 'customer;amount\nHarbour Books;12.50\n');
    put('b.csv', 'customer;amount\nTannery Lofts;about ninety\n');
    put('c.csv', 'customer;amount\nUlm Precision;7\n');
    const { result } = await testTask(uploads, bench.run('task_process_uploads'));
    expect(result).toMatchObject({
      status: 'success',
      items_processed: 3,
      items_succeeded: 2,
      errors: [expect.stringContaining('line 2 is no payment')],
    });
    expect(await payments()).toEqual([
      { customer: 'Harbour Books', cents: 1250 },
      { customer: 'Ulm Precision', cents: 700 },
    ]);
    expect(readdirSync(pending())).toEqual([]);
    expect(readdirSync(join(bench.data, 'uploads/errors'))).toEqual(['b.csv']);
  });

  test('that were taken in and not deleted when the worker died add nothing', async () => {
    put('a.csv', 'customer;amount\nHarbour Books;12.50\n');
    await testTask(uploads, bench.run('task_process_uploads'));
    expect(await payments()).toHaveLength(2);
    expect(readdirSync(pending())).toEqual([]);
  });

  test('of a name that was put aside before do not replace the file that is there', async () => {
    const first = readFileSync(join(bench.data, 'uploads/errors/b.csv'), 'utf8');
    for (const text of ['no payments', 'none either']) {
      put('b.csv', text);
      await testTask(uploads, bench.run('task_process_uploads'));
    }
    const aside = ['b.csv', 'b-2.csv', 'b-3.csv'].map((name) => readFileSync(join(bench.data, 'uploads/errors', name), 'utf8'));
    expect(aside).toEqual([first, 'no payments', 'none either']);
    expect(readdirSync(pending())).toEqual([]);
  });

  test.each([
    ['more than the table takes', 'Giant;21474836.48'],
    ['a zero byte', 'Gi\0ant;1'],
  ])('with %s are put aside by the line', async (_, line) => {
    put('fits.csv', 'customer;amount\nLarge;21474836.47\n');
    put('refused.csv', `customer;amount\nSmall;1\n${line}\n`);
    const { result } = await testTask(uploads, bench.run('task_process_uploads'));
    expect(result).toMatchObject({ items_succeeded: 1, errors: [expect.stringContaining('line 3 is')] });
    expect(readdirSync(pending())).toEqual([]);
    expect((await payments()).map(({ customer }) => customer)).toEqual(['Harbour Books', 'Large', 'Ulm Precision']);
  });

  test('with more lines than a statement takes values are taken in', async () => {
    const before = (await payments()).length;
    put('long.csv', `customer;amount\n${'Harbour Books;1\n'.repeat(20_000)}`);
    const { result } = await testTask(uploads, bench.run('task_process_uploads'));
    expect(result).toMatchObject({ items_succeeded: 1, payments: 20_000 });
    expect(await payments()).toHaveLength(before + 20_000);
  });
});

describe('the external API', () => {
  /** What the API answers with, and what it was asked. */
  const api = { status: 200, body: '{"data":[]}', asked: [] as (string | undefined)[] };
  let url: string;
  beforeAll(async () => {
    const server = createServer((request, response) => {
      api.asked.push(request.headers.authorization);
      response.writeHead(api.status).end(api.body);
    });
    url = `${(await listenLocally(server)).url}/data`;
  });
  const run = (runKey: string) =>
    testTask(sync, bench.run('task_external_sync', '20260203', { runKey, settings: { API_URL: url } }));

  test('of the samples is written record by record, a broken one refused; the second time nothing changes', async () => {
    const first = await testTask(sync, bench.run('task_external_sync'));
    expect(first.result).toMatchObject({ status: 'success', records: 13, written: 12, refused: 1 });
    expect(await bench.db.selectFrom('records').selectAll().execute()).toHaveLength(12);
    expect((await testTask(sync, bench.run('task_external_sync'))).result).toMatchObject({ written: 0 });
  });

  test('is shown the token; an older revision changes nothing', async () => {
    api.body = JSON.stringify({ data: [{ id: 'n-1', name: 'New', revision: 3 }] });
    await run('20260203T040000Z');
    api.body = JSON.stringify({ data: [{ id: 'n-1', name: 'Old', revision: 2 }] });
    await run('20260203T080000Z');
    expect(api.asked).toEqual(['Bearer a-token', 'Bearer a-token']);
    expect(await bench.db.selectFrom('records').selectAll().where('id', '=', 'n-1').execute()).toMatchObject([
      { name: 'New', synced_for: '20260203T040000Z' },
    ]);
  });

  test.each([
    [503, '{}', true],
    [429, '{}', true],
    [200, 'rubbish', true],
    [401, '{}', false],
  ])('that answers %i %s fails in words, tried again: %s', async (status, body, again) => {
    Object.assign(api, { status, body });
    const { result, retry } = await run('20260203T120000Z');
    expect(result).toMatchObject({ status: 'failed', reason: expect.stringMatching(/.{20}/) });
    expect(retry).toMatchObject({ again });
  });
});

describe('mail', () => {
  test('of the morning is one per recipient and date, however often it is asked for', async () => {
    const { result } = await testTask(morning, bench.run('task_morning_emails'));
    expect(result).toMatchObject({ status: 'success', recipients: 8, sent: 8 });
    expect(mails().filter((name) => name.startsWith('task_morning_emails.20260203.'))).toHaveLength(8);
    const again = await testTask(morning, bench.run('task_morning_emails'));
    expect(again.result).toMatchObject({ sent: 0, sent_before: 8 });
    expect(mails().filter((name) => name.startsWith('task_morning_emails.'))).toHaveLength(8);
    await testTask(morning, bench.run('task_morning_emails', '20260204'));
    expect(mails().filter((name) => name.startsWith('task_morning_emails.20260204.'))).toHaveLength(8);
  });

  test('that was sent and not noted when the worker died is the same mail', async () => {
    await bench.db.deleteFrom('mails').where('recipient', '=', 'dagny@example.org').execute();
    await testTask(morning, bench.run('task_morning_emails'));
    expect(mails().filter((name) => name.startsWith('task_morning_emails.20260203.'))).toHaveLength(8);
  });

  test('of the morning is tried three times per recipient: not after a refusal for good, and no other is kept from it', async () => {
    const server = await startMailServer();
    const tries: Record<string, number> = {};
    const refusals: Record<string, [status: number, times: number]> = {
      'amelie@example.org': [421, 1],
      'dagny@example.org': [421, 3],
      'hana@example.org': [550, 1],
    };
    server.refuse = (address) => {
      tries[address] = (tries[address] ?? 0) + 1;
      const [status, times] = refusals[address] ?? [0, 0];
      return tries[address] <= times ? status : undefined;
    };
    const mail = createMailer({ from: 'Component <component@example.org>', url: server.url });
    onTestFinished(() => mail.close());
    const { result } = await testTask(
      morning,
      bench.run('task_morning_emails', '20260210', { clients: { sql: bench.db, mail } }),
    );
    expect(result).toMatchObject({ status: 'success', recipients: 8, sent: 6, failed: 2 });
    expect([...result.errors].sort()).toEqual([
      expect.stringMatching(/^dagny@example\.org: .*421/),
      expect.stringMatching(/^hana@example\.org: .*550/),
    ]);
    expect(tries).toMatchObject({ 'amelie@example.org': 2, 'dagny@example.org': 3, 'hana@example.org': 1 });
    expect(Object.keys(tries)).toHaveLength(8);
    expect(Object.values(tries).reduce((sum, one) => sum + one)).toBe(8 + 1 + 2);
    expect(server.mails).toHaveLength(6);
  });

  test('of a reminder is one per one-shot: several for a user on one day (O-107)', async () => {
    for (const runKey of ['at-reminder-jonas-1', 'at-reminder-jonas-2']) {
      await testTask(
        reminder,
        bench.run('task_reminder', '20260203', { runKey, params: { user: 'jonas@example.org', text: runKey } }),
      );
    }
    expect(mails().filter((name) => name.startsWith('task_reminder.'))).toHaveLength(2);
    expect(JSON.parse(read('reminders/at-reminder-jonas-2.json'))).toMatchObject({
      user: 'jonas@example.org',
      text: 'at-reminder-jonas-2',
    });
    const refused = await testTask(reminder, bench.run('task_reminder', '20260203', { params: { user: 'nobody' } }));
    expect(refused).toMatchObject({ result: { status: 'failed' }, retry: { again: false } });
  });
});

describe('files', () => {
  test('the daily report tells of the day before', async () => {
    const { result } = await testTask(daily, bench.run('task_daily_report'));
    const text = read('reports/daily-20260203.md');
    expect(text).toContain('# 20260202');
    expect([...text.matchAll(/^\| \w+ \| \w+ \| (\d+) \|$/gm)].reduce((sum, [, lines]) => sum + Number(lines), 0)).toBe(7);
    expect(result.output).toEqual({ report: 'reports/daily-20260203.md', log_lines: 7 });
  });

  test('the weekly report tells of seven days, and goes to the team once', async () => {
    expect((await testTask(weekly, bench.run('task_weekly_report', '20260202'))).result.output).toMatchObject({ mail: 'sent' });
    expect((await testTask(weekly, bench.run('task_weekly_report', '20260202'))).result.output).toMatchObject({
      mail: 'sent before',
    });
    expect(read('reports/weekly-20260202.md')).toContain('# 20260126 to 20260201');
    expect(mails().filter((name) => name.startsWith('task_weekly_report.'))).toHaveLength(1);
  });

  test('the archive holds the log of its date', async () => {
    await testTask(archive, bench.run('task_long', '20260202'));
    const lines = gunzipSync(readFileSync(join(bench.out, 'archive/20260202.jsonl.gz')))
      .toString()
      .trim()
      .split('\n');
    expect(lines).toHaveLength(7);
    expect(lines.every((line) => line.includes('2026-02-02'))).toBe(true);
  });

  test('temporary files are deleted a day after they were written', async () => {
    const folder = join(bench.data, 'tmp');
    mkdirSync(folder, { recursive: true });
    for (const [name, at] of [
      ['old', '2026-02-01T23:00:00Z'],
      ['new', '2026-02-02T01:00:00Z'],
    ] as const) {
      writeFileSync(join(folder, name), '');
      utimesSync(join(folder, name), Date.parse(at) / 1_000, Date.parse(at) / 1_000);
    }
    expect((await testTask(temporary, bench.run('task_temp_cleanup'))).result.output).toEqual({ deleted: 1 });
    expect(readdirSync(folder)).toEqual(['new']);
  });

  test('temporary folders are judged by the newest file in them, and links by themselves', async () => {
    const data = join(bench.data, 'folders');
    const [old, fresh] = ['2026-02-01T23:00:00Z', '2026-02-02T23:59:00Z'].map((at) => Date.parse(at) / 1_000) as [number, number];
    const folder = (...path: string[]) => join(data, 'tmp', ...path);
    for (const [name, at] of [
      ['in-use', fresh],
      ['done', old],
    ] as const) {
      mkdirSync(folder(name, 'deep/deeper'), { recursive: true });
      writeFileSync(folder(name, 'deep/deeper/file'), '');
      utimesSync(folder(name, 'deep/deeper/file'), at, at);
      // As of a file that was there before and is written to.
      for (const path of ['deep/deeper', 'deep', '']) utimesSync(folder(name, path), old, old);
    }
    mkdirSync(folder('empty'));
    utimesSync(folder('empty'), old, old);
    symlinkSync(join(data, 'nowhere'), folder('dangling'));
    lutimesSync(folder('dangling'), old, old);
    const { result } = await testTask(
      temporary,
      bench.run('task_temp_cleanup', '20260203', { settings: { COMPONENT_DATA: data } }),
    );
    expect(result).toMatchObject({ status: 'success', deleted: 3 });
    expect(readdirSync(folder())).toEqual(['in-use']);
    expect(existsSync(folder('in-use/deep/deeper/file'))).toBe(true);
  });

  test('lunch is put up', async () => {
    const { result } = await testTask(lunch, bench.run('task_lunch'));
    expect(read('lunch/20260203.txt')).toBe(`${result.output.dish as string}\n`);
  });
});

describe('tickets', () => {
  const free = () => bench.db.selectFrom('tickets').select('id').where('agent', 'is', null).execute();

  test('without an agent go to whoever has the fewest', async () => {
    const before = (await free()).length;
    expect(before).toBeGreaterThan(0);
    expect((await testTask(assign, bench.run('task_business_sync'))).result.output).toEqual({ assigned: before });
    expect(await free()).toEqual([]);
    const loads = await bench.db
      .selectFrom('tickets')
      .select(['agent', ({ fn }) => fn.countAll<string>().as('count')])
      .groupBy('agent')
      .execute();
    expect(loads.map(({ count }) => Number(count))).toEqual([4, 4, 4]);
    expect((await testTask(assign, bench.run('task_business_sync'))).result).toMatchObject({ kind: 'no_work' });
  });

  test('that wait too long are escalated, and the digest names them', async () => {
    const at = new Date('2026-01-31T00:00:00Z');
    const { result } = await testTask(escalate, bench.run('task_frequent_business', '20260131', { scheduledFor: at }));
    const rows = await bench.db.selectFrom('tickets').selectAll().where('state', '=', 'escalated').execute();
    expect(rows.length).toBe(result.output.escalated);
    expect(rows.every(({ opened }) => opened < at)).toBe(true);
    await testTask(digest, bench.run('task_business_digest', '20260203', { runKey: '20260203T093000Z' }));
    const text = read('digests/20260203T093000Z.md');
    expect(text.match(/^# /gm)).toHaveLength(3);
    for (const { id } of rows) expect(text).toContain(`- ${id} (escalated)`);
  });
});
