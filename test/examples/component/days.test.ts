/** The days of the project, on its own clocks: what is of a date, and where one ends and the next begins. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import { testTask } from 'daychain/testing';
import { dayEnd, dayStart } from '../../../examples/component/lib/days.js';
import daily from '../../../examples/component/tasks/task_daily_report.js';
import cleanup from '../../../examples/component/tasks/task_database_cleanup.js';
import archive from '../../../examples/component/tasks/task_long.js';
import { type Bench, openBench } from './bench.js';

/** What, the date, the date after it, its first instant and that of the date after it. */
const DAYS = [
  ['of winter', '20270203', '20270204', '2027-02-02T23:00:00.000Z', '2027-02-03T23:00:00.000Z'],
  ['of summer', '20270701', '20270702', '2027-06-30T22:00:00.000Z', '2027-07-01T22:00:00.000Z'],
  ['of 23 hours', '20270328', '20270329', '2027-03-27T23:00:00.000Z', '2027-03-28T22:00:00.000Z'],
  ['of 25 hours', '20271031', '20271101', '2027-10-30T22:00:00.000Z', '2027-10-31T23:00:00.000Z'],
] as const;

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
  for (const [, date, , first, next] of DAYS) {
    const lines = [
      ['before it', new Date(Date.parse(first) - 1_000)],
      ['its first', new Date(first)],
      ['its last', new Date(Date.parse(next) - 1_000)],
      ['after it', new Date(next)],
    ] as const;
    const rows = lines.map(([what, at]) => ({ at, level: 'info', source: 'edge', message: `${date} ${what}` }));
    await bench.db.insertInto('logs').values(rows).execute();
  }
});

const archived = (date: string) =>
  gunzipSync(readFileSync(join(bench.out, `archive/${date}.jsonl.gz`)))
    .toString()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (JSON.parse(line) as { message: string }).message);
const archiveAt = (date: string, at: number) =>
  testTask(archive, bench.run('task_long', date, { scheduledFor: new Date(at), runKey: String(at) }));

describe.each(DAYS)('a day %s, %s', (_, date, after, first, next) => {
  const itsOwn = [`${date} its first`, `${date} its last`];
  const HALF_AN_HOUR = 1_800_000;

  test('goes from midnight to midnight', () => {
    expect([dayStart(date).toISOString(), dayEnd(date).toISOString()]).toEqual([first, next]);
    expect(dayStart(after)).toEqual(dayEnd(date));
  });

  test('is what the report of the next tells of', async () => {
    const { result } = await testTask(daily, bench.run('task_daily_report', after));
    expect(readFileSync(join(bench.out, `reports/daily-${after}.md`), 'utf8')).toContain(`# ${date}\n`);
    expect(result.output).toMatchObject({ log_lines: 2 });
  });

  test('is archived to its end by the first slot of the next, which the last of its own cannot', async () => {
    const late = { at: new Date(Date.parse(next) - 60_000), level: 'info', source: 'edge', message: `${date} at 23:59` };
    await archiveAt(date, Date.parse(next) - HALF_AN_HOUR);
    expect(archived(date)).toEqual(itsOwn);
    await bench.db.insertInto('logs').values(late).execute();
    const { result } = await archiveAt(after, Date.parse(next));
    expect(archived(date)).toEqual([...itsOwn, late.message]);
    expect(result.output).toEqual({ archives: { [`archive/${date}.jsonl.gz`]: 3, [`archive/${after}.jsonl.gz`]: 1 } });
    await bench.db.deleteFrom('logs').where('message', '=', late.message).execute();
  });

  test('is ended as well by the slot that follows a run of two hours, and left alone by those of the day', async () => {
    await archiveAt(date, Date.parse(first) + 24 * HALF_AN_HOUR);
    const { result } = await archiveAt(after, Date.parse(next) + 5 * HALF_AN_HOUR);
    expect(Object.keys(result.output.archives as object)).toEqual([`archive/${date}.jsonl.gz`, `archive/${after}.jsonl.gz`]);
    const later = await archiveAt(after, Date.parse(next) + 6 * HALF_AN_HOUR);
    expect(Object.keys(later.result.output.archives as object)).toEqual([`archive/${after}.jsonl.gz`]);
  });
});

test('an archive outlives the rows it was made of', async () => {
  const [, date, after, , next] = DAYS[0];
  await archiveAt(after, Date.parse(next));
  expect(archived(date)).toHaveLength(2);
  const before = dayEnd(date).toISOString();
  const { result } = await testTask(cleanup, bench.run('task_database_cleanup', '20270205', { params: { days: 1 } }));
  expect(result.output).toMatchObject({ before });
  await archiveAt(after, Date.parse(next));
  expect(archived(date)).toHaveLength(2);
  expect(readdirSync(join(bench.out, 'archive'))).toContain(`${date}.jsonl.gz`);
});
