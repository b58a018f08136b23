import { execFile } from 'node:child_process';
import { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { commandText, endLines, listLines, planLines, progressText, showLines } from '../../src/cli/backfill/lines.js';
import { Output, type OutputStream } from '../../src/cli/output.js';
import { widthOf } from '../../src/cli/table.js';
import type { BackfillPlan } from '../../src/control/backfill-plan.js';
import type { BackfillView } from '../../src/control/backfills.js';
import type { BackfillProgress, BackfillRequest, BackfillResult } from '../../src/plan/backfill.js';
import { addDays, dashed } from '../../src/time/dates.js';
import { localDate } from '../../src/time/zones.js';
import { type Engine, resultOf, startEngine } from '../support/engine.js';
import { PROCESS_MS } from '../support/patience.js';
import { redisPort, temporalAddress } from '../support/servers.js';

const NOW = Date.parse('2026-04-02T10:00:00Z');
const request: BackfillRequest = {
  kind: 'chain',
  id: 'daily-chain',
  from: '20260101',
  to: '20260331',
  only: null,
  tasks: null,
  order: 'asc',
  concurrency: 5,
  by: 'marie@desk',
  reason: null,
};
const runs = Array.from({ length: 29 }, () => ({ date: '20260101', runKey: '20260101', scheduledFor: '2026-01-01T05:00:00Z' }));
const plan: BackfillPlan = {
  workflowId: 'backfill:daily-chain:20260101-20260331',
  request,
  dates: 90,
  notDue: 0,
  counts: { done: 61, failed: 2, running: 0, missing: 27 },
  keyedBy: 'date',
  runs,
  dependsOnPast: null,
  usual: 3_400,
  estimate: 20_400,
  rest: { resultBytes: 1 },
};

function output(): Output {
  const sink = (): OutputStream => new Writable({ write: (_chunk, _encoding, done) => done() });
  return new Output(sink(), sink(), false, true);
}

describe('the plan in words', () => {
  it('says what stands how, what is run, and about how long', () => {
    expect(planLines(plan)).toEqual([
      'daily-chain, 90 dates: 61 done, 2 failed, 27 missing  →  29 runs, oldest first, 5 at a time',
      'At its usual 3.4 s a run: about 20 s. Fresh runs go first.',
    ]);
  });

  it('says what is left out, what is forced, and what is not known', () => {
    const lines = planLines({
      ...plan,
      keyedBy: 'slot',
      dates: 4,
      notDue: 1,
      counts: { done: 0, failed: 0, running: 3, missing: 93 },
      dependsOnPast: 'task_a',
      request: { ...request, concurrency: 1, order: 'asc', tasks: ['task_a'] },
      usual: null,
      estimate: null,
    });
    expect(lines).toEqual([
      'daily-chain, 96 slots of 4 dates: 3 running, 93 missing  →  29 runs, oldest first, one at a time',
      'Only task_a; the other tasks stay as they are.',
      'task_a depends on its past: one run at a time, the oldest first.',
      '1 slot of the range is not due yet and left to the schedule.',
      'What is running is left to whoever started it.',
      'No run of it has succeeded yet: how long it takes is not known. Fresh runs go first.',
    ]);
    expect(planLines({ ...plan, runs: [], counts: { done: 90, failed: 0, running: 0, missing: 0 } })).toEqual([
      'daily-chain, 90 dates: 90 done  →  nothing to run',
    ]);
  });

  it('repeats the whole command, and nothing that is the default', () => {
    const defaults = { order: 'asc', concurrency: 5 };
    expect(commandText(request, false, defaults)).toBe('daychain backfill daily-chain 2026-01-01 2026-03-31');
    expect(
      commandText(
        { ...request, only: 'all', tasks: ['a', 'b'], order: 'desc', concurrency: 9, reason: 'new "rules"' },
        true,
        defaults,
      ),
    ).toBe(
      String.raw`daychain backfill daily-chain 2026-01-01 2026-03-31 --tasks a,b --only all --order desc --concurrency 9 --reason "new \"rules\"" --beyond-retention`,
    );
  });
});

const progress: BackfillProgress = {
  kind: 'backfill',
  status: 'pending',
  started: '2026-04-02T09:59:00.000Z',
  total: 29,
  done: 11,
  already: 0,
  failed: 1,
  cancelled: 0,
  failures: [{ run: 'daily-chain:20260113', message: 'task_a: connection refused' }],
  working: 5,
  waiting: 12,
  left: 17,
  held: null,
  perMinute: 36,
  timeLeft: 28_300,
};
const result: BackfillResult = {
  ...request,
  status: 'failed',
  kind_of_end: null,
  end_reason: null,
  total: 29,
  done: 28,
  already: 0,
  failed: 1,
  cancelled: 0,
  failures: progress.failures,
  left: 0,
  started: '2026-04-02T09:59:00.000Z',
  finished: '2026-04-02T09:59:21.000Z',
};
const view: BackfillView = {
  workflowId: plan.workflowId,
  runId: 'x',
  request,
  total: 29,
  status: 'pending',
  end: null,
  started: progress.started,
  closed: null,
  result: null,
  progress,
};

describe('a backfill under way', () => {
  it('tells counts, rate and time left', () => {
    expect(progressText(progress)).toBe('12 of 29 ended: 11 done, 1 failed; 5 under way   36 a minute, about 28 s left');
    expect(progressText({ ...progress, perMinute: 0.5, timeLeft: 7_200_000 })).toContain('30 an hour, about 2 h left');
    expect(progressText({ ...progress, held: { by: 'marie', reason: 'late data', until: 0 } })).toBe(
      'held by marie: "late data"; 12 of 29 ended: 11 done, 1 failed; 5 under way',
    );
    expect(progressText({ ...progress, left: 29, done: 0, failed: 0, perMinute: null, timeLeft: null })).toBe(
      'none has ended; 5 under way',
    );
  });

  it('is shown with who asked, what failed first, and how to stop it', () => {
    const lines = showLines(output(), view, 'Europe/Paris', NOW);
    expect(lines).toEqual([
      'backfill:daily-chain:20260101-20260331',
      '  runs      29 runs of daily-chain, 2026-01-01 to 2026-03-31, oldest first, 5 at a time',
      '  asked     by marie@desk, today 11:59',
      '  progress  12 of 29 ended: 11 done, 1 failed; 5 under way   36 a minute, about 28 s left',
      '  daily-chain:20260113   task_a: connection refused',
      'Hold it: daychain backfill hold backfill:daily-chain:20260101-20260331',
      'Stop it: daychain backfill cancel backfill:daily-chain:20260101-20260331 --reason "…"',
    ]);
    for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(100);
    expect(showLines(output(), { ...view, progress: null }, 'UTC', NOW).join('\n')).toContain('no worker answers');
  });
});

describe('a backfill that has ended', () => {
  it('tells its counts, what failed first, and the next command', () => {
    expect(endLines(output(), { ...view, status: 'failed', end: 'failed', result })).toEqual([
      'Backfill of daily-chain, 2026-01-01 to 2026-03-31 failed in 21 s: 28 done, 1 failed.',
      '  daily-chain:20260113   task_a: connection refused',
      'Run what is still missing or failed: daychain backfill daily-chain 2026-01-01 2026-03-31 --yes',
    ]);
    const well = { ...result, status: 'success' as const, done: 29, failed: 0, failures: [] };
    expect(endLines(output(), { ...view, status: 'success', end: 'completed', result: well })).toEqual([
      'Backfill of daily-chain, 2026-01-01 to 2026-03-31 succeeded in 21 s: 29 done.',
    ]);
    expect(endLines(output(), { ...view, status: 'failed', end: 'terminated' })[0]).toContain('was terminated');
  });

  it('stands in the list in one line', () => {
    const [first, second] = listLines(output(), [view, { ...view, status: 'failed', end: 'failed', result }], () => 'UTC', NOW);
    expect(first).toBe('●  backfill:daily-chain:20260101-20260331  running  today 09:59  11 done, 1 failed, 17 left');
    expect(second).toBe('✗  backfill:daily-chain:20260101-20260331  failed   today 09:59  28 done, 1 failed');
    expect(listLines(output(), [], () => 'UTC', NOW)[0]).toBe('There has been no backfill yet.');
  });
});

describe('the command', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await startEngine({
      name: 'backfill-cli',
      tasks: { bc_task: `{ run(ctx) { witness(ctx, 'body'); } }`, bc_waits: `{ async run(ctx) { await until(ctx, 'never'); } }` },
      chains: {
        list: { schedule: { daily: '06:00' }, tasks: { bc_task: [] } },
        'bc-tokyo': { schedule: { daily: '06:00' }, timezone: 'Asia/Tokyo', tasks: { bc_waits: [] } },
      },
    });
  });

  const bin = fileURLToPath(new URL('../../bin/daychain.js', import.meta.url));
  const last = addDays(localDate(Date.now(), 'Europe/Paris'), -3);
  const first = addDays(last, -2);
  const workflowId = `backfill:list:${first}-${last}`;
  const daychain = (...words: string[]) =>
    new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
      const environment = {
        ...process.env,
        TZ: 'America/New_York',
        TEMPORAL_ADDRESS: temporalAddress(),
        REDIS_URL: `redis://127.0.0.1:${redisPort()}`,
      };
      const options = { env: environment, timeout: PROCESS_MS };
      execFile(process.execPath, [bin, '--project', engine.dir, ...words], options, (error, stdout, stderr) =>
        resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
      );
    });

  it('shows the plan and starts nothing unless told to; then starts, follows and lists', async () => {
    const range = [dashed(first), last];
    const planned = await daychain('backfill', 'start', 'list', ...range);
    expect(planned).toMatchObject({ code: 0, stderr: '' });
    expect(planned.stdout).toBe(
      [
        'list, 3 dates: 3 missing  →  3 runs, oldest first, 5 at a time',
        'No run of it has succeeded yet: how long it takes is not known. Fresh runs go first.',
        `Start it: daychain backfill list ${dashed(first)} ${dashed(last)} --yes`,
        '',
      ].join('\n'),
    );
    const done = await daychain('backfill', 'start', 'list', ...range, '--yes', '--wait');
    expect(done.code).toBe(0);
    expect(done.stdout).toContain(`Backfill of list, ${dashed(first)} to ${dashed(last)} succeeded in `);
    expect(done.stdout).toContain(': 3 done.\n');
    expect(engine.witness().map(({ date }) => date)).toHaveLength(3);
    const shown = await daychain('backfill', 'show', workflowId, '--json');
    expect(JSON.parse(shown.stdout)).toMatchObject({ status: 'success', result: { done: 3, total: 3 } });
    await resultOf(engine.client.workflow.getHandle(workflowId));
  });

  it('is held until a time in the zone of what is backfilled, wherever that is typed', async () => {
    const begun = await daychain('backfill', 'start', 'bc-tokyo', first, last, '--yes', '--json');
    expect(begun).toMatchObject({ code: 0 });
    const id = `backfill:bc-tokyo:${first}-${last}`;
    const heldUntil = async () => {
      const shown = await daychain('backfill', 'show', id, '--json');
      return new Date((JSON.parse(shown.stdout) as { progress: { held: { until: number } } }).progress.held.until).toISOString();
    };
    const tomorrow = dashed(addDays(localDate(Date.now(), 'Asia/Tokyo'), 1));
    expect(await daychain('backfill', 'hold', id, '--until', `${tomorrow} 12:00`)).toMatchObject({ code: 0, stderr: '' });
    expect(await heldUntil()).toBe(`${tomorrow}T03:00:00.000Z`);
    const before = Date.now();
    expect(await daychain('backfill', 'hold', id, '--until', '+2 hours')).toMatchObject({ code: 0 });
    expect(Date.parse(await heldUntil()) - before).toBeGreaterThan(7_190_000);
    expect(await daychain('backfill', 'hold', id, '--until', '2026-02-03 12:00')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('2026-02-03T03:00:00Z is over already'),
    });
    expect(await daychain('backfill', 'cancel', id, '--reason', 'done with it')).toMatchObject({ code: 0 });
  });

  it('refuses in words what cannot be', async () => {
    expect(await daychain('backfill', 'lists', first, last)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('Did you mean list?'),
    });
    expect(await daychain('backfill', 'start', 'list', first, last, '--concurrency', '0')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('Expected a whole number from 1 to 1000'),
    });
    const old = await daychain('backfill', 'start', 'list', '20200101', '20200102');
    expect(old).toMatchObject({ code: 4, stderr: expect.stringContaining('keeps closed runs for 400 days') });
    expect((await daychain('backfill', 'start', 'list', '20200101', '20200102', '--beyond-retention')).stdout).toContain(
      '2 missing',
    );
    expect(await daychain('backfill', 'hold', workflowId)).toMatchObject({
      code: 4,
      stderr: expect.stringContaining('it has ended'),
    });
  });
});
