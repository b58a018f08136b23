/** A worker is killed in the middle of many tasks at once; another ends them all, and nothing is there twice. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { WorkflowHandle } from '@temporalio/client';
import { sql } from 'kysely';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Database, openDatabase } from '../../../examples/component/lib/database.js';
import type { TaskResult } from '../../../src/plan/types.js';
import { eventually, resultOf } from '../../support/engine.js';
import { type Example, heldBy, openExample } from '../../support/example.js';
import { postgresPrograms, startPostgres } from '../../support/postgres.js';
import { afterwards } from '../../support/servers.js';
import { addSampleRows, holdWrites, waitingForLocks, writesNoted } from './held.js';

const DATE = '20260204';
const EXAMPLE = join(import.meta.dirname, '../../../examples/component');
/** They write rows, and are held up before one of them: tables of what they write, and the row. */
const WRITERS = {
  task_batch_process: ['hourly', "new.level = 'error'"],
  task_business_sync: ['tickets', "old.agent is null and new.agent is not null and new.id = 'T-2056'"],
  task_frequent_business: ['tickets', "new.state = 'escalated' and old.state = 'open' and new.id = 'T-2044'"],
  task_database_cleanup: ['logs', "old.at < '2025-10-01'"],
  task_external_sync: ['records', "new.id = 'c-103'"],
  task_health_check: ['health', 'true'],
  task_process_uploads: ['payments', "new.customer = 'Moulin du Pont'"],
} as const;
/** The table of mails is locked: the backup has six tables in its unfinished file by then, and so has the maintenance. */
const AT_A_TABLE = ['task_database_backup', 'task_weekend_maintenance'] as const;
/** They look into tables and then write a file. */
const READERS = ['task_business_digest', 'task_daily_report', 'task_long'] as const;
const TEMPORARY = 60;
/** In the middle of them, by name. */
const HELD_FILE = 'tmp/old-34';

describe.skipIf(postgresPrograms() === null)('a worker that is killed in the middle (with a Postgres of this machine)', () => {
  let example: Example;
  let db: Database;
  /** Log lines that the cleanup is to leave, counted before any task. */
  let kept: number;
  const results: Record<string, TaskResult> = {};
  const out = (...path: string[]) => join(example.dir, 'out', ...path);
  const data = (...path: string[]) => join(example.dir, '.data', ...path);

  beforeAll(async () => {
    const url = await startPostgres();
    db = await openDatabase({ url, dir: '/' });
    afterwards(() => db.destroy());
    await addSampleRows(db);
    kept = await logLines();
    for (const [table, held] of Object.values(WRITERS)) await holdWrites(db, table, held);
    // A busy machine may keep a worker from its heartbeats for seconds.
    example = await openExample(
      'component',
      { DATABASE_URL: url },
      { heartbeatMs: 10_000, retryDelayMs: 500, maximumAttempts: 20 },
    );
    makeTemporaryFiles();
    // Whoever reads the menus waits for ever.
    rmSync(join(example.dir, 'data/menus.json'));
    execFileSync('mkfifo', [join(example.dir, 'data/menus.json')]);

    const first = await example.start({ holdAtFiles: [{ path: HELD_FILE, count: 1 }] });
    const heldByFirst = heldBy(first);
    const runs = new Map<string, WorkflowHandle>();
    const begin = async (tasks: readonly string[]) => {
      await Promise.all(tasks.map(async (task) => runs.set(task, await example.begin(task, DATE))));
    };
    await db.transaction().execute(async (held) => {
      await sql`select pg_advisory_xact_lock(1)`.execute(held);
      await sql`lock table mails in access exclusive mode`.execute(held);
      await begin([...Object.keys(WRITERS), 'task_weekend_maintenance', 'task_lunch', 'task_temp_cleanup']);
      // Forced, for whether the machine is too busy for a backup is not the question here.
      const input = { task: 'task_database_backup', date: DATE, mark: Date.now(), force: { by: 'test', reason: 'to be killed' } };
      const workflowId = `task_database_backup:${DATE}`;
      const backup = await example.client.workflow.start('runTask', { taskQueue: example.taskQueue, workflowId, args: [input] });
      runs.set('task_database_backup', backup);
      const writing = Object.keys(WRITERS).length + AT_A_TABLE.length;
      await eventually('all writers to be held up', async () => (await waitingForLocks(db)) >= writing, 60_000);
      await eventually('lunch to be under way', () => isUnderWay(runs.get('task_lunch')!), 60_000);
      await eventually('the cleanup to be in the middle', () => heldByFirst.has(HELD_FILE), 60_000);
      first.process.kill('SIGKILL');
      await first.ended;
    });
    expect(temporaryFiles()).toContain('old-34');
    expect(temporaryFiles().length).toBeLessThan(TEMPORARY);
    rmSync(join(example.dir, 'data/menus.json'));
    copyFileSync(join(EXAMPLE, 'data/menus.json'), join(example.dir, 'data/menus.json'));

    const second = await example.start({ holdAtFiles: [{ path: 'reminders/', count: 1 }] });
    const heldBySecond = heldBy(second);
    for (const [task, run] of runs) results[task] = await resultOf<TaskResult>(run, 120_000);
    runs.clear();
    await db.transaction().execute(async (held) => {
      await sql`lock table logs, tickets in access exclusive mode`.execute(held);
      await begin(READERS);
      await eventually('all readers to be held up', async () => (await waitingForLocks(db)) >= READERS.length, 60_000);
      await begin(['task_reminder']);
      await eventually('the reminder to be sent and not noted', () => heldBySecond.has('reminders/'), 60_000);
      second.process.kill('SIGKILL');
      await second.ended;
    });
    const third = await example.start();
    for (const [task, run] of runs) results[task] = await resultOf<TaskResult>(run, 120_000);
    third.process.kill('SIGTERM');
    await third.ended;
  }, 400_000);

  async function isUnderWay(run: WorkflowHandle): Promise<boolean> {
    const { raw } = await run.describe();
    // Temporal's number for an activity whose attempt has begun.
    return raw.pendingActivities?.[0]?.state === 2;
  }

  async function logLines(): Promise<number> {
    const { rows } = await sql<{ lines: number }>`
      select cast(count(*) as integer) as lines from logs where at >= timestamptz '2026-02-04' - interval '90 days'`.execute(db);
    return rows[0]!.lines;
  }

  function makeTemporaryFiles(): void {
    mkdirSync(data('tmp'), { recursive: true });
    const old = Date.parse('2026-01-01') / 1_000;
    for (let number = 0; number < TEMPORARY; number++) {
      const path = data('tmp', `old-${number}`);
      writeFileSync(path, '');
      utimesSync(path, old, old);
    }
    writeFileSync(data('tmp/of-today'), '');
  }
  const temporaryFiles = () => readdirSync(data('tmp')).filter((name) => name.startsWith('old-'));

  test('ends every one of them in a later attempt', () => {
    const tasks = [...Object.keys(WRITERS), ...AT_A_TABLE, ...READERS, 'task_lunch', 'task_temp_cleanup', 'task_reminder'];
    expect(Object.keys(results).sort()).toEqual(tasks.sort());
    for (const [task, { status, attempts, kind }] of Object.entries(results)) {
      // What was sent as one statement may have been done by the database after its worker was gone.
      expect({ task, over: status === 'success' || kind === 'no_work' }).toEqual({ task, over: true });
      expect({ task, again: attempts >= 2 }).toEqual({ task, again: true });
    }
  });

  test('every row is written, and none twice', async () => {
    const records = await writesNoted(db, 'records');
    expect(Object.keys(records)).toHaveLength(12);
    const payments = await writesNoted(db, 'payments');
    expect(Object.keys(payments)).toHaveLength(5);
    const tickets = await writesNoted(db, 'tickets');
    for (const times of [records, payments, tickets]) expect(new Set(Object.values(times))).toEqual(new Set([1]));
    const { rows } = await sql`
      select (select count(*)::int from records) as records, (select count(*)::int from payments) as payments,
        (select count(*)::int from health) as looks, (select count(*)::int from maintenance) as tables`.execute(db);
    expect(rows).toEqual([{ records: 12, payments: 5, looks: 1, tables: 9 }]);
  });

  test('every ticket has one agent, and those that waited are escalated', async () => {
    const { rows } = await sql`select agent, count(*)::int as tickets from tickets group by agent order by agent`.execute(db);
    expect(rows).toEqual(['amira', 'bruno', 'chloe'].map((agent) => ({ agent, tickets: 4 })));
    const states = await sql`select distinct state from tickets`.execute(db);
    expect(states.rows).toEqual([{ state: 'escalated' }]);
  });

  test('old log lines are gone, no others, and each line before the slot is counted once', async () => {
    const all = await db.selectFrom('logs').select('id').execute();
    expect(all).toHaveLength(kept);
    expect(await logLines()).toBe(kept);
    const { rows } = await sql`
      select (select sum(lines)::int from hourly where hour >= timestamptz '2025-11-07') as counted,
        (select count(*)::int from logs where at >= timestamptz '2025-11-07' and at < timestamptz '2026-02-04') as lines`.execute(
      db,
    );
    const { counted, lines } = rows[0] as { counted: number; lines: number };
    expect(counted).toBe(lines);
  });

  test('uploads are taken in or put aside', () => {
    expect(readdirSync(data('uploads/pending'))).toEqual([]);
    expect(readdirSync(data('uploads/errors'))).toEqual(['2026-02-03-broken.csv']);
  });

  test('old temporary files are gone, and the new one is not', () => {
    expect(readdirSync(data('tmp'))).toEqual(['of-today']);
  });

  test('the backup is one file with every table', () => {
    const [name, ...more] = readdirSync(out('backups')).filter((one) => !one.startsWith('.'));
    expect(more).toEqual([]);
    const lines = gunzipSync(readFileSync(out('backups', name!)))
      .toString()
      .trim()
      .split('\n');
    expect(lines).toHaveLength(results.task_database_backup!.output.rows as number);
    const tables = new Set(lines.map((line) => (JSON.parse(line) as { table: string }).table));
    for (const table of ['subscribers', 'logs', 'tickets']) expect(tables).toContain(table);
  });

  test('reports, digest, archive and lunch are there whole', () => {
    expect(readFileSync(out(`reports/daily-${DATE}.md`), 'utf8')).toMatch(/^# 20260203\n[^]*tickets were opened\.\n/);
    expect(readFileSync(out(`digests/${DATE}.md`), 'utf8').match(/^- T-/gm)).toHaveLength(12);
    expect(gunzipSync(readFileSync(out(`archive/${DATE}.jsonl.gz`))).toString()).toBe(
      `${JSON.stringify({ id: 1000, at: '2026-02-04T10:00:00.000Z', level: 'info', source: 'web', message: 'of the day' })}\n`,
    );
    expect(readFileSync(out(`lunch/${DATE}.txt`), 'utf8')).toBe(`${results.task_lunch!.output.dish as string}\n`);
  });

  test('the reminder that was sent and not noted is the same mail', () => {
    expect(readdirSync(out('mail')).filter((name) => name.startsWith('task_reminder.'))).toHaveLength(1);
    expect(existsSync(out(`reminders/${DATE}.json`))).toBe(true);
  });
});
