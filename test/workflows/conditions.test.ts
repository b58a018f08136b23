/** Conditions and the wait for the first work, on the real server. */
import { writeFileSync } from 'node:fs';
import type { WorkflowHandle } from '@temporalio/client';
import { beforeAll, describe, expect, test } from 'vitest';
import { cancelRun } from '../../src/control/cancel.js';
import { describeRun, type PendingAttempt } from '../../src/control/describe-run.js';
import { hold, release, retryNow, skip } from '../../src/control/orders.js';
import { canonicalId } from '../../src/plan/ids.js';
import type { ChainResult, TaskResult } from '../../src/plan/types.js';
import { eventually, failureOf, resultOf, startEngine, type Engine } from '../support/engine.js';

const LATER = '23:59 +1d';
/** Each look reads a file: `busy`, `quiet`, or nothing. */
const LOOK = `const said = process.getBuiltinModule('node:fs').readFileSync(ctx.secrets.get('GATES') + '/' + ctx.runKey, { encoding: 'utf8', flag: 'a+' });`;

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine({
    name: 'conditions',
    timezone: 'UTC',
    tasks: {
      cd_asked: `{ retry: { retries: 1, delay: '10 milliseconds' }, condition(ctx) {
        ${LOOK}
        witness(ctx, 'asked');
        if (said === 'throws') throw new TaskError('the meter is broken');
        if (said === 'false') return false;
        if (said === 'not today') return ctx.skip('it is a holiday');
        if (said === 'not now') return ctx.skip('come back', { settled: false });
        return said === 'quiet' || ctx.postpone('1 hour', 'the machine is busy');
      }, run(ctx) { witness(ctx, 'ran'); ${LOOK} return { said }; } }`,
      cd_soon: `{ condition(ctx) { witness(ctx, 'asked'); ${LOOK} return said === 'quiet' || ctx.postpone('1 second', 'not yet'); }, run(ctx) { witness(ctx, 'ran'); } }`,
      cd_retries: `{ retry: { retries: 2, delay: '10 milliseconds' }, condition(ctx) { witness(ctx, 'asked'); return true; },
        run(ctx) { witness(ctx, 'ran'); if (ctx.attempt < 3) throw new TaskError('not yet'); } }`,
      cd_work: `{ recheck: { every: '1 hour', until: '${LATER}' }, retry: { retries: 1, delay: '10 milliseconds' }, run(ctx) {
        ${LOOK}
        witness(ctx, 'looked');
        if (said === 'throws') throw new TaskError('the source is away');
        return said === '' ? ctx.noWork('the archive is empty') : { said };
      } }`,
      cd_often: `{ recheck: { every: '1 second', until: '${LATER}' }, run(ctx) { witness(ctx, 'looked'); ${LOOK} return said === '' ? ctx.noWork('nothing') : { said }; } }`,
      cd_past: `{ recheck: { every: '1 second', until: '23:59' }, run(ctx) { witness(ctx, 'looked'); return ctx.noWork('nothing'); } }`,
      cd_first: `{ run() { return { rows: 3 }; } }`,
      cd_after: `{ async condition(ctx) {
        const other = await ctx.runOf('cd_first');
        const none = await ctx.runOf('cd_first', ctx.day(-1));
        witness(ctx, other.output.rows + ' ' + other.status + ' ' + none.status + ' ' + (other.finished <= ctx.now) + ' ' + ctx.timezone);
        return true;
      }, run() {} }`,
    },
    chains: { 'cd-chain': { timezone: 'Asia/Tokyo', tasks: { cd_first: [], cd_after: ['cd_first'] } } },
  });
});

const says = (runKey: string, text: string) => writeFileSync(engine.gate(runKey), text);
const phases = (date: string) => engine.witness().flatMap(({ date: of, phase }) => (of === date ? [phase] : []));
const waiting = (handle: WorkflowHandle, what: PendingAttempt['waiting']) =>
  eventually(`${handle.workflowId} is ${what}`, async () => {
    const pending = (await describeRun(engine.server, handle.workflowId))?.pending;
    return pending?.waiting === what ? pending : null;
  });
const order = { by: 'marie', reason: 'now' };

describe('a condition', () => {
  test('that holds lets the body run, and retries of the body do not ask again', async () => {
    await resultOf(await engine.startTask({ task: 'cd_retries', date: '20260301' }));
    expect(phases('20260301')).toEqual(['asked', 'ran', 'ran', 'ran']);
  });

  test('postpones the body without its lock, says when it is asked again, and is asked at once when told to', async () => {
    const run = await engine.startTask({ task: 'cd_asked', date: '20260302' });
    const pending = await waiting(run, 'postponed');
    expect(pending).toMatchObject({ lastFailure: 'the machine is busy', attempt: 1 });
    expect(Date.parse(pending.nextAttemptAt!)).toBeGreaterThan(Date.now() + 3_000_000);
    expect(await engine.locks.send(['EXISTS', 'lock:cd_asked:20260302'])).toBe(0);
    says('20260302', 'quiet');
    await retryNow(engine.server, engine.registry, run.workflowId, order);
    expect(await resultOf<TaskResult>(run)).toMatchObject({ status: 'success', attempts: 1, attempt_errors: [] });
    expect(phases('20260302')).toEqual(['asked', 'asked', 'ran']);
  });

  test('is asked again after each postponement, by itself', async () => {
    const run = await engine.startTask({ task: 'cd_soon', date: '20260303' });
    await eventually('three looks', () => phases('20260303').length >= 3);
    says('20260303', 'quiet');
    expect(await resultOf<TaskResult>(run)).toMatchObject({ status: 'success', attempts: 1 });
    expect(phases('20260303').filter((phase) => phase === 'ran')).toHaveLength(1);
  });

  test('that is not met for the day settles it; one for now leaves it runnable', async () => {
    says('20260304', 'not today');
    const settled = await resultOf<TaskResult>(await engine.startTask({ task: 'cd_asked', date: '20260304' }));
    expect(settled).toMatchObject({ status: 'skipped', kind: 'condition_not_met', reason: 'it is a holiday', settled: true });
    says('20260305', 'not now');
    const failure = await failureOf(await engine.startTask({ task: 'cd_asked', date: '20260305' }));
    expect(failure).toMatchObject({ type: 'skipped_by_task' });
    expect(phases('20260304')).toEqual(['asked']);
  });

  test('that throws uses attempts up; one that answers otherwise fails for good, in words', async () => {
    says('20260306', 'throws');
    const thrown = await failureOf(await engine.startTask({ task: 'cd_asked', date: '20260306' }));
    expect(thrown.message).toContain('failed after 2 attempts: the meter is broken');
    expect(phases('20260306')).toEqual(['asked', 'asked']);
    says('20260307', 'false');
    const refused = await failureOf(await engine.startTask({ task: 'cd_asked', date: '20260307' }));
    expect(refused.message).toContain("condition returned false; it returns true, ctx.skip('why') or ctx.postpone(");
  });

  test('is not asked where somebody forces the run', async () => {
    await resultOf(await engine.startTask({ task: 'cd_asked', date: '20260308', force: { by: 'marie', reason: 'now' } }));
    expect(phases('20260308')).toEqual(['ran']);
  });

  test('is asked again after a wait for the lock', async () => {
    says('20260309', 'quiet');
    await engine.locks.send(['SET', 'lock:cd_asked:20260309', 'old-scheduler', 'EX', '600']);
    const run = await engine.startTask({ task: 'cd_asked', date: '20260309' });
    await eventually('the wait', async () => (await run.query<{ phase: string }>('progress')).phase === 'waiting_for_lock');
    says('20260309', 'busy');
    await engine.locks.send(['DEL', 'lock:cd_asked:20260309']);
    await waiting(run, 'postponed');
    expect(phases('20260309')).toEqual(['asked', 'asked']);
    await cancelRun(engine.server, run.workflowId, 'enough');
    await failureOf(run);
  });

  test('sees other runs of the project, the time and the zone of its chain', async () => {
    await resultOf<ChainResult>(await engine.startChain({ chain: 'cd-chain', date: '20260310' }));
    const [seen] = engine.witness().filter(({ task }) => task === 'cd_after');
    expect(seen?.phase).toBe('3 success absent true Asia/Tokyo');
  });
});

describe('a wait for the first work', () => {
  test('looks again until there is some; what it finds is one attempt', async () => {
    const date = futureDate(1);
    const run = await engine.startTask({ task: 'cd_often', date });
    await eventually('three looks', () => phases(date).length >= 3);
    says(date, 'a page');
    expect(await resultOf<TaskResult>(run)).toMatchObject({ status: 'success', said: 'a page', attempts: 1, attempt_errors: [] });
    const { events } = await run.fetchHistory();
    // However often it looked: no event is written for it.
    expect(events!.length).toBeLessThan(20);
  });

  test('ends at once where its time has passed, as no work', async () => {
    const result = await resultOf<TaskResult>(await engine.startTask({ task: 'cd_past', date: '20260201' }));
    expect(result).toMatchObject({ status: 'skipped', kind: 'no_work', settled: true });
    expect(phases('20260201')).toEqual(['looked']);
  });

  test('is looked at again when told to, and an error then counts as an attempt', async () => {
    const date = futureDate(2);
    const run = await engine.startTask({ task: 'cd_work', date });
    expect(await waiting(run, 'waiting_for_work')).toMatchObject({ lastFailure: 'the archive is empty', attempt: 1 });
    says(date, 'throws');
    await retryNow(engine.server, engine.registry, run.workflowId, order);
    const failure = await failureOf(run);
    expect(failure.message).toContain('failed after 2 attempts: the source is away');
    expect(
      engine
        .witness()
        .filter((line) => line.date === date)
        .map(({ attempt }) => attempt),
    ).toEqual([1, 1, 2]);
  });

  test('is held, released, and skipped by those who decide', async () => {
    const date = futureDate(3);
    const run = await engine.startTask({ task: 'cd_work', date });
    await waiting(run, 'waiting_for_work');
    await hold(engine.server, engine.registry, run.workflowId, order);
    await eventually('held', async () => (await run.query<{ phase: string }>('progress')).phase === 'held');
    await release(engine.server, engine.registry, run.workflowId, order);
    expect(await waiting(run, 'waiting_for_work')).toMatchObject({ attempt: 1 });
    await skip(engine.server, engine.registry, run.workflowId, order);
    expect(await resultOf<TaskResult>(run)).toMatchObject({ kind: 'skipped_by_operator', attempts: 0 });
  });

  test('is cancelled at once', async () => {
    const date = futureDate(4);
    const run = await engine.startTask({ task: 'cd_work', date });
    await waiting(run, 'waiting_for_work');
    await cancelRun(engine.server, canonicalId('cd_work', date), 'enough');
    await failureOf(run);
    const closed = await describeRun(engine.server, run.workflowId);
    expect(closed?.result).toMatchObject({ status: 'cancelled', by: 'tests', reason: 'enough' });
  });
});

/** `YYYYMMDD`, so many days from now. */
function futureDate(days: number): string {
  return new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10).replaceAll('-', '');
}
