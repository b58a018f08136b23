/** Every task's worker is killed in the middle of its work, with each of them under way; another one ends them all. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql, type Kysely } from 'kysely';
import { WorkflowExecutionAlreadyStartedError, type WorkflowHandle } from '@temporalio/client';
import { beforeAll, describe, expect, test } from 'vitest';
import type { TaskResult } from '../../../src/plan/types.js';
import { openSql } from 'daychain/kit';
import { openExample, type Example } from '../../support/example.js';
import { eventually, resultOf } from '../../support/engine.js';
import { postgresPrograms, startPostgres } from '../../support/postgres.js';
import { afterwards } from '../../support/servers.js';
import { setUp } from '../../../examples/leads/lib/database.js';
import { accepting, startService, type Service } from './leads.js';

const DATE = '20260411';
/** What works through a queue: the column by which a row is seen to be worked on. */
const QUEUES = {
  task_scan_places: ['places', 'deep_scan_'],
  task_extract_domains: ['businesses', 'domain_extraction_'],
  task_process_domains: ['domains', ''],
  task_submit_sitemaps: ['domains', 'sitemap_analysis_'],
  task_import_sitemaps: ['sitemap_files', 'sitemap_import_'],
  task_curate_pages: ['pages', 'page_processing_'],
  task_validate_emails: ['contacts', 'debounce_processing_'],
  task_sync_brevo: ['contacts', 'brevo_processing_'],
  task_sync_hubspot: ['contacts', 'hubspot_processing_'],
  task_sync_n8n: ['contacts', 'n8n_processing_'],
} as const;
/** Temporal's number for an activity whose attempt has begun. */
const STARTED = 2;
/** A single statement each: held up by a lock on what they write. */
const OTHERS = ['task_sweep_stuck', 'task_queue_depths', 'task_queue_alarm', 'task_requeue_dead'] as const;

describe.skipIf(postgresPrograms() === null)(
  'a worker that is killed in the middle of every task (with a Postgres of this machine)',
  () => {
    let leads: Example;
    let db: Kysely<unknown>;
    let service: Service;
    const results: Record<string, TaskResult> = {};

    beforeAll(async () => {
      const url = await startPostgres();
      db = await openSql<unknown>({ url }, '/');
      afterwards(() => db.destroy());
      service = await startService();
      let answering: () => void = () => {};
      const answers = new Promise<void>((resolve) => (answering = resolve));
      // Nobody is answered before the first worker is gone.
      service.answer = (asked) => ({ ...accepting(asked), after: answers });
      const environment: Record<string, string> = {
        DATABASE_URL: `${url}?application_name=worker`,
        // For the first worker no page ever comes: all it does is in the middle.
        LEADS_PAUSE_MS: '60000',
        LEADS_ITEM_TIMEOUT: '5 minutes',
        INNER_HOSTS: service.host,
        DEBOUNCE_API_KEY: 'a',
        DEBOUNCE_URL: service.url,
        BREVO_API_KEY: 'b',
        BREVO_URL: service.url,
        HUBSPOT_API_KEY: 'c',
        HUBSPOT_URL: service.url,
        N8N_WEBHOOK_URL: `${service.url}/hook`,
      };
      // A busy machine may keep a worker from its heartbeats for seconds.
      leads = await openExample('leads', environment, { heartbeatMs: 10_000, retryDelayMs: 1_000, maximumAttempts: 20 });

      await setUp(db, true);
      // Without a verdict the services would wait for the check, and not be in the middle together with it.
      await sql`update contacts set email_verdict = 'unknown'`.execute(db);
      const first = await leads.start();
      const runs = await begin(Object.keys(QUEUES));
      await eventually('work in every queue', () => allUnderWay(), 60_000);
      first.process.kill('SIGKILL');
      await first.ended;
      // What it had asked of Postgres is done there still: a lease among it would hide a row from the next worker.
      await eventually('the end of what the dead worker had asked for', async () => {
        const { rows } = await sql`select from pg_stat_activity where application_name = 'worker'`.execute(db);
        return rows.length === 0;
      });
      answering();
      environment.LEADS_PAUSE_MS = '0';
      // Their leases are two minutes long; as time does it. Before the next worker looks, or what it finds depends on who is quicker.
      for (const [table, prefix] of Object.values(QUEUES)) {
        await sql`update ${sql.table(table)} set ${sql.id(`${prefix}leased_until`)} = now() - interval '1 second'
        where ${sql.id(`${prefix}leased_until`)} is not null`.execute(db);
      }
      const second = await leads.start();
      for (const [task, run] of runs) results[task] = await resultOf<TaskResult>(run, 120_000);

      await db.transaction().execute(async (lock) => {
        for (const table of ['queue_depths', 'pages', 'contacts', 'places']) {
          await sql`lock table ${sql.table(table)} in access exclusive mode`.execute(lock);
        }
        const others = await begin(OTHERS);
        await eventually('all others to wait for the lock', async () => {
          // Not in the transaction of the lock: there the first look's answer would stay.
          const { rows } = await sql<{ waiting: number }>`
          select cast(count(*) as integer) as waiting from pg_stat_activity where wait_event_type = 'Lock'`.execute(db);
          // Tasks that ask for the same columns at the same time share the question, and so wait on one connection.
          if (rows[0]!.waiting < 2) return false;
          const states = await Promise.all([...others.values()].map((run) => run.describe()));
          return states.every(({ raw }) => raw.pendingActivities?.[0]?.state === STARTED);
        });
        second.process.kill('SIGKILL');
        await second.ended;
        for (const [task, run] of others) runs.set(task, run);
      });
      await leads.start();
      for (const task of OTHERS) results[task] = await resultOf<TaskResult>(runs.get(task)!, 120_000);
    }, 400_000);

    async function begin(tasks: readonly string[]): Promise<Map<string, WorkflowHandle>> {
      return new Map(await Promise.all(tasks.map(async (task) => [task, await leads.begin(task, DATE)] as const)));
    }

    async function allUnderWay(): Promise<boolean> {
      const ready = await sql<{ ready: boolean }>`select to_regclass('leads_ready') is not null as ready`.execute(db);
      if (!ready.rows[0]!.ready) return false;
      for (const [table, prefix] of Object.values(QUEUES)) {
        const { rows } =
          await sql`select from ${sql.table(table)} where ${sql.id(`${prefix}started_at`)} is not null limit 1`.execute(db);
        if (rows.length === 0) return false;
      }
      return true;
    }

    test('ends every one of them in a later attempt', () => {
      expect(Object.keys(results)).toHaveLength(14);
      for (const [task, { status, attempts, kind }] of Object.entries(results)) {
        expect({ task, over: status === 'success' || kind === 'no_work', again: attempts > 1 }).toEqual({
          task,
          over: true,
          again: true,
        });
      }
    });

    test('every row has an end or a next attempt, and those that were in work have used one up', async () => {
      for (const [table, prefix] of Object.values(QUEUES)) {
        const [status, attempts, fence] = ['status', 'attempts', 'fence'].map((name) => sql.id(prefix + name));
        const { rows } = await sql<{ working: number; most: number; interrupted: number }>`
        select cast(count(*) filter (where lower(${status}) = 'processing') as integer) as working, max(${attempts}) as most,
          cast(count(*) filter (where ${fence} > 0 and ${attempts} = 1) as integer) as interrupted
        from ${sql.table(table)}`.execute(db);
        expect(rows[0]!.working, prefix).toBe(0);
        expect(rows[0]!.most, prefix).toBeLessThanOrEqual(2);
        expect(rows[0]!.interrupted, prefix).toBeGreaterThan(0);
      }
    });

    test('what was written stands there once, and the metrics are whole', async () => {
      const { rows } = await sql<{ businesses: number }>`select cast(count(*) as integer) as businesses from businesses`.execute(
        db,
      );
      expect(rows[0]!.businesses).toBeGreaterThanOrEqual(2);
      const depths = await sql<{ queue: string; rows: number }>`
      select queue, cast(count(*) as integer) as rows from queue_depths group by queue`.execute(db);
      expect(depths.rows).toHaveLength(10);
      expect(depths.rows.every((one) => one.rows === 1)).toBe(true);
      const metrics = join(leads.dir, 'out/queues.prom');
      expect(existsSync(metrics)).toBe(true);
      expect(readFileSync(metrics, 'utf8')).toContain('queue="n8n",state="done"');
    });

    test('no contact went out under two keys', () => {
      for (const path of ['/v3/contacts', '/hook']) {
        const keys = service.requests.filter((asked) => asked.path === path).map(({ headers }) => headers['idempotency-key']);
        expect(new Set(keys).size).toBe(2);
      }
    });

    test('a second run of every task for the date is already done', async () => {
      for (const task of [...Object.keys(QUEUES), ...OTHERS]) {
        await expect(leads.begin(task, DATE), task).rejects.toBeInstanceOf(WorkflowExecutionAlreadyStartedError);
      }
      const runId = async () => (await leads.client.workflow.getHandle(`task_sync_brevo:${DATE}`).describe()).runId;
      const before = await runId();
      const { exit } = await leads.daychain('run', 'task_sync_brevo', '--date', DATE, '--wait');
      // The run that ended stands for the date still: no other was begun.
      expect({ exit, run: await runId() }).toEqual({ exit: 0, run: before });
    });
  },
);
