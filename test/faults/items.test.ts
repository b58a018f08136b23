import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { TaskResult } from '../../src/plan/types.js';
import { eventually, resultOf } from '../support/engine.js';
import { projectOfWorkers, type Workers } from './workers.js';

const ITEMS = 200;
const AT_ONCE = 4;
const BEFORE_A_KILL = 60;

/**
 * Appends each item's key to a file: the artefact, which nobody but the items writes. Before each of two kills the last of so many
 * items have written, and do not end: the worst moment for the worker to die.
 */
const TASK = (items: string, atOnce: number) => `{
  timeout: '2 minutes', heartbeat: '3 seconds', retry: { retries: 20, delay: '1 second' },
  async run(ctx) {
    const { appendFileSync, readFileSync } = await import('node:fs');
    const { setTimeout: pause } = await import('node:timers/promises');
    const keys = Array.from({ length: ${ITEMS} }, (_, at) => 'item-' + at);
    async function* stream(items) { for (const item of items) { await pause(1); yield item; } }
    const gates = ctx.secrets.get('GATES');
    const kills = existsSync(gates + '/killed-2') ? 2 : existsSync(gates + '/killed-1') ? 1 : 0;
    const done = await ctx.forEach(${items}, { key: (item) => item, concurrency: ${atOnce} }, async (item) => {
      await pause(2);
      const file = gates + '/' + ctx.task;
      appendFileSync(file, item + '\\n');
      const lines = readFileSync(file, 'utf8').split('\\n').length - 1;
      if (kills < 2 && lines > (kills + 1) * ${BEFORE_A_KILL} - ${atOnce}) await new Promise(() => {});
      return 'done';
    });
    return { processed: done.processed, resumed: done.resumed, done: done.count('done') };
  },
}`;

describe('a worker killed in the middle of 200 items, twice', () => {
  let workers: Workers;
  let results: TaskResult[];
  const written = (task: string): string[] => {
    const file = join(workers.dir, 'gates', task);
    return existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : [];
  };

  beforeAll(async () => {
    workers = await projectOfWorkers({
      name: 'killed-items',
      tasks: {
        it_list: TASK('keys', AT_ONCE),
        // What it goes through has changed by the next attempt: another order, one that is new, one that is gone.
        it_stream: TASK(`stream(ctx.attempt === 1 ? keys : ['new', ...keys.slice(1).reverse()])`, 1),
      },
    });
    const handles = await Promise.all(
      ['it_list', 'it_stream'].map((task) =>
        workers.client.workflow.start('runTask', {
          taskQueue: workers.taskQueue,
          workflowId: `${task}:20260203`,
          args: [{ task, date: '20260203', mark: Date.now() }],
        }),
      ),
    );
    for (const kill of [1, 2]) {
      const worker = await workers.start();
      const reached = (task: string) => written(task).length >= kill * BEFORE_A_KILL;
      await eventually(`the last items before kill ${kill}`, () => reached('it_list') && reached('it_stream'), 90_000);
      worker.process.kill('SIGKILL');
      await worker.ended;
      workers.open(`killed-${kill}`);
    }
    await workers.start();
    results = await Promise.all(handles.map((handle) => resultOf<TaskResult>(handle, 120_000)));
  }, 300_000);

  test.each([
    ['it_list', AT_ONCE],
    ['it_stream', 1],
  ])('%s: every item is done, and twice only what was at work when the worker died', (task, atOnce) => {
    const lines = written(task);
    const times = new Map<string, number>();
    for (const key of lines) times.set(key, (times.get(key) ?? 0) + 1);
    const expected = Array.from({ length: ITEMS }, (_, at) => `item-${at}`);
    expect([...times.keys()].sort()).toEqual([...expected, ...(task === 'it_stream' ? ['new'] : [])].sort());
    const { attempts } = results[task === 'it_list' ? 0 : 1]!;
    expect(lines.length - times.size).toBeGreaterThanOrEqual(2 * atOnce);
    expect(lines.length - times.size).toBeLessThanOrEqual((attempts - 1) * atOnce);
    expect(Math.max(...times.values())).toBeLessThanOrEqual(attempts);
  });

  test('the result counts every item once, whichever attempt did it', () => {
    const [list, stream] = results;
    expect(list).toMatchObject({ status: 'success', output: { processed: ITEMS, done: ITEMS } });
    expect(stream).toMatchObject({ status: 'success', output: { processed: ITEMS + 1, done: ITEMS + 1 } });
    for (const [{ attempts, output }, atOnce] of [[list!, AT_ONCE] as const, [stream!, 1] as const]) {
      // Three attempts, unless the machine stood still for longer than a heartbeat may be late.
      const more = attempts - 3;
      expect(more).toBeGreaterThanOrEqual(0);
      const before = 2 * (BEFORE_A_KILL - atOnce);
      expect(output.resumed).toBeGreaterThanOrEqual(before - more * atOnce);
      expect(output.resumed).toBeLessThanOrEqual(more === 0 ? before : ITEMS);
    }
  });
});
