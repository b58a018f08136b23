import { TypedSearchAttributes } from '@temporalio/common';
import { beforeAll, describe, expect, test } from 'vitest';
import { readHistory } from '../../src/control/history.js';
import { missingSlots } from '../../src/control/missing-slots.js';
import type { Server } from '../../src/control/server.js';
import { readSlots, type RuledSchedule } from '../../src/control/slot-records.js';
import { SCHEDULED_BY, SCHEDULED_START, startSlot } from '../../src/control/start-slot.js';
import { shellId } from '../../src/plan/ids.js';
import { WORKFLOWS } from '../../src/plan/names.js';
import { type Engine, eventually, failureOf, resultOf, startEngine } from '../support/engine.js';

let engine: Engine;
let server: Server;

const RULE = { schedule: { daily: '06:00' }, timezone: 'UTC' };
const DAYS = { id: 'ms-days', rules: { rule: RULE }, keyedBy: 'date' } satisfies RuledSchedule;
const slotOn = (day: string) => `2026-02-${day}T06:00:00Z`;
const from = Date.parse(slotOn('02'));
const to = Date.parse(slotOn('08'));

beforeAll(async () => {
  engine = await startEngine({
    name: 'missing',
    timezone: 'UTC',
    tasks: {
      ms_a: `{ retry: { retries: 0 }, run(ctx) { if (ctx.date === '20260204') throw new TaskError('no'); } }`,
      ms_own: `{ schedule: { daily: '06:00' }, run() {} }`,
    },
    chains: { 'ms-days': { schedule: { daily: '06:00' }, catchUp: { last: 2 }, tasks: { ms_a: [] } } },
  });
  server = { client: engine.client, namespace: 'default', taskQueue: engine.taskQueue, by: 'test' };

  // The 2nd has nothing; the 3rd was left out; the 4th failed; the 5th and the 9th ran without a shell; the 7th has a shell that was stopped.
  const shell = async (day: string, asked: boolean) => {
    const slot = slotOn(day);
    await startSlot(engine, { chain: 'ms-days', slot, rule: RULE, ...(asked && { asked: { by: 'marie', reason: null } }) });
    return engine.client.workflow.getHandle(shellId('ms-days', slot));
  };
  await engine.client.workflow.start('scheduledChain', {
    taskQueue: 'nobody',
    workflowId: shellId('ms-days', slotOn('08')),
    args: [{ chain: 'ms-days' }],
  });
  expect(await resultOf<unknown>(await shell('03', false))).toMatchObject({ kind: 'coalesced' });
  expect((await failureOf(await shell('04', true))).type).toBe('error');
  for (const date of ['20260205', '20260209']) await resultOf(await engine.startChain({ chain: 'ms-days', date }));
  // Before it could have begun.
  const stopped = await engine.client.workflow.start(WORKFLOWS.scheduledChain, {
    taskQueue: engine.taskQueue,
    workflowId: shellId('ms-days', slotOn('07')),
    args: [{ chain: 'ms-days', slot: slotOn('07'), rule: RULE }],
    startDelay: '1 hour',
    typedSearchAttributes: new TypedSearchAttributes([
      { key: SCHEDULED_START, value: new Date(slotOn('07')) },
      { key: SCHEDULED_BY, value: 'ms-days' },
    ]),
  });
  await stopped.terminate('a test');
  await engine.client.workflow.getHandle(shellId('ms-days', slotOn('08'))).terminate('a test');
  await eventually('the list', async () => {
    const { slots, others } = await readSlots(server, DAYS, from, to + 86_400_000);
    return slots.filter(({ shell: one }) => one?.end).length === 3 && slots.filter(({ run }) => run?.end).length === 3 && others;
  });
});

describe('slots', () => {
  test('that nothing came of are found; those of other projects are not ours', async () => {
    const missing = await missingSlots(server, DAYS, from, to);
    expect(missing.map(({ date }) => date)).toEqual(['20260202', '20260206', '20260208']);
    expect(await missingSlots(server, DAYS, Date.parse(slotOn('03')), Date.parse(slotOn('05')))).toEqual([]);
  });

  test('are expected only by the rules, and not before the schedule was there', async () => {
    const since = Date.parse(slotOn('06'));
    const { slots, others } = await readSlots(server, DAYS, from, to, since);
    expect(slots.map(({ slot }) => slot.date)).toEqual(['20260206', '20260207', '20260208']);
    expect(others.map(({ runKey }) => runKey).sort()).toEqual(['20260204', '20260205', '20260209']);
  });

  test('have their shell and their run beside them', async () => {
    const { slots } = await readSlots(server, DAYS, from, to);
    const seen = slots.map(({ slot, shell, run }) => [
      slot.date.slice(6),
      shell?.skipped?.kind ?? shell?.end ?? null,
      run?.end ?? null,
    ]);
    expect(seen).toEqual([
      ['02', null, null],
      ['03', 'coalesced', null],
      ['04', 'failed', 'failed'],
      ['05', null, 'completed'],
      ['06', null, null],
      ['07', 'terminated', null],
      ['08', null, null],
    ]);
  });

  test("a task's own are found as a chain's are; a slot started a moment ago is not missing", async () => {
    const own = { ...DAYS, id: 'ms_own' };
    await startSlot(engine, { chain: 'ms_own', slot: slotOn('06'), rule: RULE, asked: { by: 'marie', reason: null } });
    const missing = await missingSlots(server, own, Date.parse(slotOn('05')), Date.parse(slotOn('07')));
    expect(missing.map(({ date }) => date)).toEqual(['20260205', '20260207']);
  });
});

test('history of something without a schedule on the server shows its runs as what they are: by hand', async () => {
  const wish = { from: '20260201', to: '20260228', limit: 2 };
  const view = await readHistory(server, engine.registry, 'ms-days', wish, Date.now());
  expect(view).toMatchObject({ schedule: null, leftOut: 1 });
  expect(view.lines.map(({ slot, runKey, end, command }) => [slot, runKey, end, command])).toEqual([
    [null, '20260205', 'run', null],
    [null, '20260209', 'run', null],
  ]);
  await expect(readHistory(server, engine.registry, 'ms-days', { ...wish, to: '20260101' }, Date.now())).rejects.toThrow(
    'lies after',
  );
});
