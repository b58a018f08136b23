import { beforeAll, describe, expect, test } from 'vitest';
import { planBackfill } from '../../../src/control/backfill-plan.js';
import { startBackfill } from '../../../src/control/backfills.js';
import { readBackfills, readOneBackfill } from '../../../src/control/views/backfills.js';
import type { BackfillLine } from '../../../src/control/views/backfills-types.js';
import { addDays } from '../../../src/time/dates.js';
import { localDate } from '../../../src/time/zones.js';
import { type Engine, eventually, resultOf, startEngine } from '../../support/engine.js';

let engine: Engine;
const TODAY = localDate(Date.now(), 'UTC');
const ENDED = 5;

beforeAll(async () => {
  engine = await startEngine({
    name: 'backfills-view',
    timezone: 'UTC',
    tasks: {
      bv_a: `{ retry: { retries: 0 }, async run(ctx) {
        if (ctx.date === '${addDays(TODAY, -3)}') throw new TaskError('no data');
        if (ctx.date === '${addDays(TODAY, -40)}') await until(ctx, 'open');
      } }`,
    },
    chains: { 'bv-days': { schedule: { daily: '06:00' }, tasks: { bv_a: [] } } },
  });
  for (let back = 1; back <= ENDED; back++) {
    const workflowId = await backfill(addDays(TODAY, -back));
    await resultOf(engine.client.workflow.getHandle(workflowId)).catch(() => {});
  }
  await backfill(addDays(TODAY, -40));
  await eventually('the lists', async () => {
    const { backfills } = await readBackfills(engine.server, {});
    return backfills.length === ENDED + 1 && backfills[0]!.working === 1;
  });
});

async function backfill(date: string): Promise<string> {
  const wish = { kind: 'chain', id: 'bv-days', from: date, to: date, only: null, tasks: null, order: 'asc' } as const;
  const more = { concurrency: 5, reason: null, beyondRetention: true };
  const plan = await planBackfill(engine.server, engine.registry, { ...wish, tasks: null, ...more });
  return (await startBackfill(engine.server, plan)).workflowId;
}

describe('backfills', () => {
  test('stand on pages, each exactly once, the open one first', async () => {
    const seen: BackfillLine[] = [];
    let page: string | undefined;
    do {
      const view = await readBackfills(engine.server, { limit: 2, ...(page === undefined ? {} : { page }) });
      expect(view.backfills.length).toBeLessThanOrEqual(2);
      seen.push(...view.backfills);
      page = view.next ?? undefined;
    } while (page !== undefined);
    expect(seen).toHaveLength(ENDED + 1);
    expect(new Set(seen.map(({ workflowId }) => workflowId)).size).toBe(ENDED + 1);
    expect(seen[0]).toMatchObject({ end: null, total: 1, left: 1, working: 1, command: null });
    expect(seen.slice(1).every(({ end }) => end !== null)).toBe(true);
  });

  test('tell what failed, and the command that runs it', async () => {
    const { backfills } = await readBackfills(engine.server, { id: 'bv-days' });
    const failed = backfills.find(({ status }) => status === 'failed')!;
    expect(failed).toMatchObject({ total: 1, done: 0, failed: 1, left: 0 });
    expect(failed.failures[0]!.message).toContain('no data');
    expect(failed.command).toMatch(/^daychain backfill bv-days .* --yes$/);
    const done = backfills.find(({ status }) => status === 'success')!;
    expect(done).toMatchObject({ done: 1, failed: 0, command: null });
    expect((await readBackfills(engine.server, { id: 'bv_a' })).backfills).toEqual([]);
  });

  test('are found one by one, however many came after', async () => {
    const { backfills } = await readBackfills(engine.server, {});
    const last = backfills.at(-1)!;
    expect(await readOneBackfill(engine.server, last.workflowId)).toEqual(last);
    await expect(readOneBackfill(engine.server, 'backfill:bv-days:none')).rejects.toThrow('There is no backfill');
  });

  test('refuse a page that is none of theirs', async () => {
    await expect(readBackfills(engine.server, { page: 'bm9uc2Vuc2U' })).rejects.toThrow(/first page/);
    await expect(readBackfills(engine.server, { limit: 101 })).rejects.toThrow(/from 1 to 100/);
  });
});
