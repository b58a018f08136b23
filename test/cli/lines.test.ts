import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { statusLines } from '../../src/cli/commands/status.js';
import { Output, type OutputStream } from '../../src/cli/output.js';
import { outputText, taskLine } from '../../src/cli/run-lines.js';
import { scheduleText } from '../../src/cli/schedule-text.js';
import { shownState } from '../../src/cli/states.js';
import { widthOf } from '../../src/cli/table.js';
import type { TaskSnapshot } from '../../src/control/progress.js';
import type { RunSummary } from '../../src/control/run-summary.js';
import type { StatusView } from '../../src/control/status.js';
import { taskResult } from '../../src/plan/results.js';

const NOW = Date.parse('2026-11-22T05:00:41Z');

function sink(isTTY = false): OutputStream & { text: string } {
  const stream = new Writable({
    write(chunk, _encoding, done) {
      (stream as unknown as { text: string }).text += String(chunk);
      done();
    },
  });
  return Object.assign(stream, { isTTY, text: '' });
}

const out = () => new Output(sink(), sink(), false, true);

function snapshot(over: Partial<TaskSnapshot>): TaskSnapshot {
  return {
    task: 'task_a',
    run: 'task_a:20261122',
    status: 'pending',
    kind: null,
    phase: null,
    detail: null,
    started: null,
    finished: null,
    satisfied: false,
    pending: null,
    result: null,
    ...over,
  };
}

const line = (over: Partial<TaskSnapshot>, output = out()) =>
  taskLine(snapshot(over), { out: output, stream: output.stdout, zone: 'Europe/Paris', now: NOW, nameWidth: 6 });

describe('a task in one line', () => {
  const identity = {
    task: 'task_a',
    date: '20261122',
    runKey: '20261122',
    scheduledFor: '2026-11-22T05:00:00Z',
    taskId: '3f9a1c2e',
  };

  it('tells a success by its output', () => {
    const result = taskResult(identity, { status: 'success', settled: true, output: { pages: 14, where: 'out/report.html' } });
    const times = { started: '2026-11-22T05:00:00Z', finished: '2026-11-22T05:00:02.100Z' };
    expect(line({ status: 'success', result, ...times })).toBe('  ✓ task_a   2.1 s     pages 14, out/report.html');
  });

  it('tells the attempts that failed, when the next one comes, and why', () => {
    const pending = {
      activity: 'task_a',
      attempt: 2,
      maximumAttempts: 4,
      state: 'scheduled' as const,
      lastFailure: 'connect ECONNREFUSED',
      waiting: null,
      startedAt: null,
      nextAttemptAt: '2026-11-22T05:05:00Z',
      lastHeartbeatAt: null,
      worker: null,
      progress: null,
      attemptErrors: [],
    };
    expect(line({ phase: 'retrying', pending })).toContain('attempt 2 of 4, next at 06:05:00: connect ECONNREFUSED');
  });

  it('is never wider than 100 columns', () => {
    expect(widthOf(line({ status: 'failed', detail: 'x '.repeat(300) }))).toBeLessThanOrEqual(100);
  });

  it('has colours on a terminal only', () => {
    expect(line({ status: 'failed' })).not.toContain('\u001b');
    expect(line({ status: 'failed' }, new Output(sink(true), sink(true), false, true))).toContain('\u001b');
    expect(line({ status: 'failed' }, new Output(sink(true), sink(true), false, false))).not.toContain('\u001b');
  });

  it('leaves output that does not fit out whole', () => {
    expect(outputText({ a_rather_long_name: 1, another_long_name: 2, list: [1] }, 30)).toBe('a_rather_long_name 1');
  });
});

describe('states', () => {
  it('have a glyph and a word each', () => {
    expect(shownState({ status: 'success', amber: true }).word).toBe('succeeded with warnings');
    expect(shownState({ status: 'skipped', kind: 'no_work' })).toMatchObject({ glyph: '–', word: 'skipped (no_work)' });
    expect(shownState({ status: 'failed', kind: 'timed_out' }).word).toBe('failed (timed_out)');
    expect(shownState({ status: 'pending', phase: 'waiting_for_lock' }).glyph).toBe('◔');
  });
});

describe('the answer', () => {
  it('is JSON alone under --json', () => {
    const [stdout, stderr] = [sink(), sink()];
    const json = new Output(stdout, stderr, true);
    json.say('for people');
    json.answer({ a: 1 });
    json.note('hint');
    expect(JSON.parse(stdout.text)).toEqual({ a: 1 });
    expect(stderr.text).toBe('hint\n');
  });
});

describe('the status screen', () => {
  const run = (date: string, over: Partial<RunSummary> = {}): RunSummary => ({
    workflowId: `daily-chain:${date}`,
    runId: 'r',
    kind: 'chain',
    id: 'daily-chain',
    runKey: date,
    date,
    status: 'success',
    end: 'completed',
    started: '2026-11-21T05:00:00Z',
    closed: '2026-11-21T05:00:03Z',
    taskQueue: 'civic',
    params: null,
    left: null,
    ...over,
  });
  const view: StatusView = {
    project: 'civic',
    timezone: 'Europe/Paris',
    workers: [{ identity: '1@host', lastPoll: null }],
    chains: [
      {
        id: 'daily-chain',
        kind: 'chain',
        timezone: 'Europe/Paris',
        schedule: {
          state: 'active',
          sentence: 'every day at 06:00',
          note: null,
          next: '2026-11-23T05:00:00Z',
          missed: [],
          runsOutAt: null,
        },
        last: [
          run('20261121', { status: 'failed', end: 'failed' }),
          run('20261122', { status: 'pending', end: null, started: '2026-11-22T05:00:00Z', closed: null }),
        ],
      },
      {
        id: 'prompt-sync',
        kind: 'chain',
        timezone: 'Europe/Paris',
        schedule: {
          state: 'paused',
          sentence: 'every day at 05:00',
          note: 'key rotation',
          next: null,
          missed: [],
          runsOutAt: null,
        },
        last: [],
      },
    ],
    working: [
      {
        task: 'task_crawl',
        runKey: '20261122',
        run: 'task_crawl:20261122',
        items: { processed: 3_120, of: 10_000, failed: 2, current: 'page-3121', perMinute: 41.5, leftMs: 9_947_000 },
      },
    ],
    attention: [{ text: 'daily-chain 20261121 failed', command: 'daychain show daily-chain:20261121' }],
  };

  it('shows the last runs, the next slot and what wants a look', () => {
    expect(statusLines(out(), view, NOW)).toEqual([
      'civic · Europe/Paris · 1 worker · server ok',
      'CHAIN         LAST 7   LAST RUN                    NEXT',
      'daily-chain   ✗ ●      today 06:00, running 41 s   tomorrow 06:00',
      'prompt-sync            paused: key rotation',
      '',
      'At work',
      '  task_crawl:20261122  3,120 of 10,000 items, 2 failed, 41.5 a minute, about 2 h 45 min left, at …',
      '',
      '1 thing wants a look: daily-chain 20261121 failed   →  daychain show daily-chain:20261121',
    ]);
  });
});

describe('what a sync did', () => {
  const after = {
    id: 'a',
    project: 'p',
    fingerprint: 'f',
    sentence: 's',
    paused: false,
    note: null,
    next: ['2026-11-23T05:00:00Z'],
    rules: {},
    createdAt: 0,
    goodUntil: null,
  };
  const step = {
    id: 'a',
    sentence: 'every day at 06:00',
    existing: null,
    wanted: null,
    after,
    rekeying: null,
    started: [],
    unconfirmed: false,
  };

  it('is told with the next slot', () => {
    expect(scheduleText({ ...step, change: 'create' }, 'Europe/Paris', NOW)).toBe(
      'created: every day at 06:00, next tomorrow 06:00',
    );
    expect(scheduleText({ ...step, change: 'update' }, 'Europe/Paris', NOW, true)).toContain('would be updated');
  });

  it('keeps a pause and its reason in sight', () => {
    const paused = { ...after, paused: true, note: 'key rotation', next: [] };
    expect(scheduleText({ ...step, change: 'unchanged', after: paused }, 'UTC', NOW)).toBe(
      'unchanged: every day at 06:00. Paused: key rotation',
    );
  });

  it('names the owner of a schedule that is not ours', () => {
    const existing = { ...after, project: 'other' };
    expect(scheduleText({ ...step, change: 'foreign', existing }, 'UTC', NOW)).toContain('belongs to project other');
  });
});
