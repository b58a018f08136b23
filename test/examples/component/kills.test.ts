/** The example's own tasks on real workers: killed in the middle, all of them once, and none twice. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { beforeAll, describe, expect, test } from 'vitest';
import { openDatabase } from '../../../examples/component/lib/database.js';
import type { TaskResult } from '../../../src/plan/types.js';
import { resultOf } from '../../support/engine.js';
import { type Example, KILLED_PACE, openExample } from '../../support/example.js';

let example: Example;
beforeAll(async () => {
  // Opening PGlite may keep a busy machine's loop for seconds.
  example = await openExample('component', {}, { ...KILLED_PACE, heartbeatMs: 15_000 });
  // A new folder of PGlite takes longest: here, where nothing waits for it.
  await (await openDatabase({ url: null, dir: example.dir })).destroy();
});

const out = (...path: string[]) => join(example.dir, 'out', ...path);
const mails = (task: string) => readdirSync(out('mail')).filter((name) => name.startsWith(task));
/** What the workers wrote, once they are gone: PGlite has one process at a time. */
async function mailsNoted(date: string): Promise<string[]> {
  const db = await openDatabase({ url: null, dir: example.dir });
  try {
    const rows = await db.selectFrom('mails').select('recipient').where('date', '=', date).execute();
    return rows.map(({ recipient }) => recipient).sort();
  } finally {
    await db.destroy();
  }
}

describe('killed in the middle', () => {
  const [MAILS, REPORT] = ['20260218', '20260216'];
  let results: TaskResult[];
  beforeAll(async () => {
    results = await example.killedInTheMiddle(
      { task: 'task_morning_emails', date: MAILS, at: { file: 'task_morning_emails', count: 4 } },
      { task: 'task_weekly_report', date: REPORT, at: { file: 'reports/weekly' } },
    );
  }, 400_000);

  test('the mails of the morning go to every recipient once', async () => {
    expect(results[0]).toMatchObject({ status: 'success', recipients: 8 });
    expect(mails(`task_morning_emails.${MAILS}.`)).toHaveLength(8);
    expect(new Set(await mailsNoted(MAILS)).size).toBe(8);
  });

  test('the weekly report is there whole, and goes to the team once', async () => {
    expect(results[1]).toMatchObject({ status: 'success' });
    expect(readFileSync(out('reports', `weekly-${REPORT}.md`), 'utf8')).toMatch(
      /^# 20260209 to 20260215\n[^]*tickets were opened\.\n/,
    );
    expect(mails(`task_weekly_report.${REPORT}.`)).toHaveLength(1);
    expect(await mailsNoted(REPORT)).toEqual(['team@example.org']);
  });
});

describe('on the sample data', () => {
  const DATE = '20260203';
  /** Whether the backup is postponed is the machine's to say: its own test has it. */
  const tasks = () =>
    readdirSync(join(example.dir, 'tasks'))
      .map((name) => name.replace('.ts', ''))
      .filter((task) => task !== 'task_database_backup');

  test('every task runs, and a second time is refused as done', { timeout: 240_000 }, async () => {
    const worker = await example.start();
    const runs = await Promise.all(tasks().map((task) => example.begin(task, DATE)));
    const results = await Promise.all(runs.map((run) => resultOf(run, 120_000)));
    expect(results.map(({ status }) => status)).toEqual(tasks().map(() => 'success'));
    for (const task of tasks())
      await expect(example.begin(task, DATE)).rejects.toBeInstanceOf(WorkflowExecutionAlreadyStartedError);
    // Uploads: two files taken in, one put aside.
    expect(readdirSync(join(example.dir, '.data/uploads/pending'))).toEqual([]);
    expect(readdirSync(join(example.dir, '.data/uploads/errors'))).toEqual(['2026-02-03-broken.csv']);
    expect(existsSync(out('reminders', `${DATE}.json`))).toBe(true);
    worker.process.kill('SIGTERM');
    await worker.ended;
  });
});
