/** What no real situation holds still for: decided from facts alone. */
import { describe, expect, it } from 'vitest';
import type { PendingAttempt, RunView } from '../../src/control/describe-run.js';
import { decideWhy } from '../../src/control/why-decide.js';
import type { ChainRunFacts, SlotFacts, TaskLine, TaskRunFacts, WhyFacts } from '../../src/control/why-facts.js';
import type { Phase, TaskProgress } from '../../src/plan/types.js';

const NOW = Date.parse('2026-11-18T06:30:00Z');
const WORKER = { identity: '1@host', lastPoll: '2026-11-18T06:29:58Z' };

const facts = (more: Partial<WhyFacts> = {}): WhyFacts => ({
  id: 'task_a',
  date: '20261118',
  runKey: '20261118',
  timezone: 'UTC',
  now: NOW,
  chain: null,
  taskQueue: 'civic',
  workers: [WORKER],
  kind: 'task',
  near: null,
  run: null,
  chainRun: null,
  openTasks: new Map(),
  slot: null,
  oneShot: null,
  ...more,
});

const run = (more: Partial<RunView> = {}): RunView => ({
  workflowId: 'task_a:20261118',
  runId: 'r',
  kind: 'task',
  id: 'task_a',
  runKey: '20261118',
  date: '20261118',
  status: 'pending',
  end: null,
  started: '2026-11-18T06:00:00.000Z',
  closed: null,
  taskQueue: 'civic',
  params: null,
  left: null,
  result: null,
  message: null,
  pending: null,
  progress: null,
  children: [],
  ...more,
});
const saying = (phase: Phase, detail: string | null = null): TaskProgress => ({
  kind: 'task',
  task: 'task_a',
  date: '20261118',
  run_key: '20261118',
  phase,
  status: 'pending',
  detail,
  held: null,
});
const task = (view: Partial<RunView>, attempts: number | null = 4): TaskRunFacts => ({
  run: run(view),
  attempts,
  lock: { is: 'none' },
});
const lookingAgain = (waiting: PendingAttempt['waiting'], lastFailure: string) =>
  pending({ attempt: 1, state: 'scheduled', waiting, lastFailure, nextAttemptAt: '2026-11-18T07:00:00.000Z' });
const pending = (more: Partial<PendingAttempt>): PendingAttempt => ({
  activity: 'task_a',
  attempt: 1,
  maximumAttempts: 4,
  state: 'scheduled',
  lastFailure: null,
  waiting: null,
  startedAt: null,
  nextAttemptAt: null,
  lastHeartbeatAt: null,
  worker: null,
  progress: null,
  attemptErrors: [],
  ...more,
});

const slot = (more: Partial<SlotFacts> = {}): SlotFacts => ({
  schedule: 'task_a',
  state: 'active',
  owner: 'civic',
  sentence: 'every day at 06:00, UTC',
  note: null,
  slot: { date: '20261118', runKey: '20261118', scheduledFor: '2026-11-18T06:00:00Z' },
  expected: true,
  since: '2026-01-01T00:00:00Z',
  horizon: '2025-11-01T00:00:00Z',
  others: 0,
  shell: null,
  waitsFor: null,
  ...more,
});

const decide = (more: Partial<WhyFacts>) => {
  const { cause, predicate } = decideWhy(facts(more));
  return `${cause}: ${predicate}`;
};

describe('a task that is open', () => {
  it.each<[string, Partial<RunView>, string]>([
    [
      'found no work',
      { pending: lookingAgain('waiting_for_work', 'the archive is empty') },
      'waiting_for_work: found no work yet and looks again at today 07:00 UTC: the archive is empty',
    ],
    [
      'is postponed',
      { pending: lookingAgain('postponed', 'the machine is busy') },
      'postponed: is postponed and looks again at today 07:00 UTC: the machine is busy',
    ],
    [
      'waits for a lock, and says so by its activity alone',
      { pending: pending({ activity: 'awaitLock' }) },
      'locked: waits for its lock, which nobody holds now: it tries again within moments',
    ],
    [
      'waits for its past, and says so by its activity alone',
      { pending: pending({ activity: 'awaitPast' }) },
      'waiting_for_past: waits for the slot before, and dependsOnPast is set',
    ],
    [
      'was paused by other means',
      { pending: pending({ state: 'paused' }) },
      "held: is held: its activity was paused with Temporal's own tools",
    ],
    [
      'is being stopped',
      { pending: pending({ state: 'cancelling', startedAt: '2026-11-18T06:29:00Z' }) },
      'running: is being stopped: attempt 1 of 4, for 1 min',
    ],
  ])('and %s', (_, view, says) => {
    expect(decide({ run: task(view) })).toBe(says);
  });

  it('counts attempts over the whole run, as after a hand-back', () => {
    const view = { pending: pending({ state: 'running', attempt: 2, maximumAttempts: 3, startedAt: '2026-11-18T06:29:00Z' }) };
    expect(decide({ run: task(view, 5) })).toBe('running: is running: attempt 4 of 5, for 1 min');
  });

  it('whose next attempt is due, with nobody there, is left to no worker', () => {
    const view = { pending: pending({ attempt: 2, nextAttemptAt: '2026-11-18T06:10:00Z', lastFailure: 'away' }) };
    expect(decide({ run: task(view), workers: [] })).toMatch(/^no_worker: is queued since today 06:10 UTC, and no worker polls/);
    expect(decide({ run: task(view) })).toMatch(/^queued: /);
  });

  it('waits for its turn where its backfill holds it, and is held where a person does', () => {
    const held = (by: string) => ({ ...saying('held'), held: { by, reason: 'waits its turn', until: NOW + 3_600_000 } });
    const of = (by: string) => decide({ run: task({ progress: held(by), backfill: 'backfill:x' }) });
    expect(of('backfill:x')).toMatch(/^waiting_for_turn: waits its turn in backfill:x/);
    expect(of('marie')).toMatch(/^held: is held by marie until today 07:30 UTC/);
  });
});

describe('a slot without a run', () => {
  it.each<[string, Partial<SlotFacts>, string]>([
    [
      'fell due a moment ago',
      { slot: { date: '20261118', runKey: '20261118', scheduledFor: '2026-11-18T06:29:30Z' } },
      'starting: fell due 30 s ago',
    ],
    ['fell due long ago', {}, 'no_shell: fell due today 06:00 UTC'],
    [
      'belongs to another project',
      { state: 'foreign', owner: 'leads' },
      'not_synced: is not started by itself: the schedule task_a on the server belongs to project leads',
    ],
    ['lies before the pause', { state: 'paused', note: 'paused by marie at 2026-11-18T06:20:00Z: x' }, 'no_shell: '],
    [
      'lies in the pause',
      { state: 'paused', note: 'paused by marie at 2026-11-18T05:20:00Z: x' },
      'paused: was not started: its schedule is paused by marie since today 05:20 UTC: x',
    ],
    [
      'is paused by other means',
      { state: 'paused', note: 'by hand' },
      'paused: was not started: its schedule is paused: by hand',
    ],
    [
      'has left the files',
      { state: 'paused', note: 'daychain: gone' },
      'paused: is not started: its schedule has left the files',
    ],
  ])('that %s', (_, more, says) => {
    expect(decide({ slot: slot(more) })).toContain(says);
  });

  it('whose shell nobody has looked at is left to no worker', () => {
    const shell = {
      workflowId: 'task_a-2026-11-18T06:00:00Z',
      runId: 'r',
      schedule: 'task_a',
      slot: '2026-11-18T06:00:00Z',
      end: null,
      started: '2026-11-18T06:00:00Z',
      closed: null,
      skipped: null,
      waits: false,
      decided: false,
    };
    expect(decide({ slot: slot({ shell }), workers: [] })).toMatch(/^no_worker: fell due today 06:00 UTC, and no worker polls/);
    expect(decide({ slot: slot({ shell }) })).toMatch(/^starting: /);
  });
});

describe('a task in a chain', () => {
  const chain = (tasks: Record<string, Partial<TaskLine>>): ChainRunFacts => ({
    run: run({ workflowId: 'daily:20261118', id: 'daily', kind: 'chain' }),
    plan: {
      concurrency: 100,
      tasks: [
        { id: 'task_c', dependsOn: [], runWhen: 'all_success' },
        { id: 'task_b', dependsOn: ['task_c'], runWhen: 'all_success' },
        { id: 'task_a', dependsOn: ['task_b'], runWhen: 'all_success' },
      ],
    },
    tasks: new Map(
      Object.entries(tasks).map(([id, line]) => [
        id,
        { status: 'pending', kind: null, reason: null, phase: 'waiting_for_upstream', ...line },
      ]),
    ),
  });
  const openTasks = new Map([
    [
      'task_c',
      task({ id: 'task_c', pending: pending({ activity: 'task_c', attempt: 2, nextAttemptAt: '2026-11-18T06:40:00Z' }) }),
    ],
  ]);

  it('names what it waits for in the end', () => {
    const chainRun = chain({ task_a: {}, task_b: {}, task_c: { phase: 'running' } });
    expect(decide({ chain: 'daily', chainRun, openTasks })).toBe(
      'waiting_for_upstream: waits for task_b, and so in the end for task_c, which waits to try again: attempt 2 of 4 begins at 06:40:00 UTC, in 10 min',
    );
  });

  it('that a rerun has yet to come to is not told by its earlier end', () => {
    const chainRun = chain({ task_a: {}, task_b: {}, task_c: { phase: 'running' } });
    const earlier = task({ status: 'failed', end: 'failed', closed: '2026-11-18T06:10:00Z', message: 'no' });
    expect(decide({ chain: 'daily', chainRun, openTasks, run: earlier })).toMatch(/^waiting_for_upstream/);
  });

  it('of a chain that was terminated says so', () => {
    const chainRun = { ...chain({}), tasks: null };
    chainRun.run = { ...chainRun.run, end: 'terminated', status: 'failed', closed: '2026-11-18T06:10:00Z' };
    expect(decide({ chain: 'daily', chainRun })).toBe(
      'not_in_run: was not run by daily:20261118: that was terminated, today 06:10 UTC',
    );
  });
});
