import { beforeAll, expect, test } from 'vitest';
import type { ChainResult, TaskResult } from '../../src/plan/types.js';
import { failureOf, resultOf, startEngine, type Engine } from '../support/engine.js';

const SETTINGS = `settings: {
  API_KEY: env.text({ description: 'key of the provider', secret: true }),
  BATCH_SIZE: env.integer({ description: 'items at a time', default: 10 }),
}, clients: { size: ({ settings }) => ({ is: settings.BATCH_SIZE }) }`;

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine({
    name: 'settings',
    config: SETTINGS,
    environment: { BATCH_SIZE: '25' },
    tasks: {
      st_mail: `{ needs: ['API_KEY'], run(ctx) { witness(ctx, 'mail'); } }`,
      st_after_mail: `{ run(ctx) { witness(ctx, 'after_mail'); } }`,
      st_report: `{ run(ctx) { witness(ctx, 'report'); return { mail: ctx.upstream('st_mail').reason }; } }`,
      st_size: `{ async run(ctx) { return { size: ctx.settings.BATCH_SIZE, client: (await ctx.clients.size()).is }; } }`,
      st_reader: `{ run(ctx) { return { key: ctx.settings.API_KEY }; } }`,
    },
    chains: {
      'st-daily': {
        tasks: {
          st_mail: [],
          st_size: [],
          st_after_mail: ['st_mail'],
          st_report: { dependsOn: ['st_mail', 'st_size'], runWhen: 'none_failed' },
        },
      },
    },
  });
});

test('a disabled task is skipped with its reason; what follows it is skipped, what asks for no failure runs, the chain completes', async () => {
  const run = await engine.startChain({ chain: 'st-daily', date: '20260203' });
  const { status, tasks } = await resultOf<ChainResult>(run);
  const why = 'disabled: needs API_KEY, which is not set';
  expect(status).toBe('success');
  expect(tasks.st_mail).toMatchObject({ status: 'skipped', kind: 'condition_not_met', reason: why, settled: true });
  expect(tasks.st_after_mail).toMatchObject({ status: 'skipped', kind: 'upstream_skipped' });
  expect(tasks.st_report).toMatchObject({ status: 'success' });
  expect(engine.witness().map(({ phase }) => phase)).toEqual(['report']);
  expect(engine.logged).toContainEqual(expect.objectContaining({ event: 'TASK_DISABLED', task: 'st_mail', needs: ['API_KEY'] }));
});

test('values reach tasks and the openers of clients', async () => {
  const result = await resultOf<TaskResult>(await engine.startTask({ task: 'st_size', date: '20260204' }));
  expect(result.output).toEqual({ size: 25, client: 25 });
});

test('a task that reads an absent setting without needing it fails for good, with the name of the setting', async () => {
  const run = await engine.startTask({ task: 'st_reader', date: '20260204' });
  const { message } = await failureOf(run);
  expect(message).toContain('the setting API_KEY is not set (key of the provider)');
});
