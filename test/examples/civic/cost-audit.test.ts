import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createHttp } from 'daychain/kit';
import { testTask } from 'daychain/testing';
import { beforeEach, describe, expect, test } from 'vitest';
import { auditCosts, type CostAudit } from '../../../examples/civic/lib/costs/audit.js';
import costAudit from '../../../examples/civic/tasks/task_cost_audit.js';
import { temporaryFolder } from '../../support/servers.js';
import { settingsOf } from './fake-context.js';
import { json, service } from './services.js';

let out: string;
beforeEach(() => void (out = temporaryFolder()));
const run = (given = {}, http = createHttp()) =>
  testTask(costAudit, { settings: { ...settingsOf({ CIVIC_OUT: out, ...given }) }, clients: { http } });
const written = () => JSON.parse(readFileSync(join(out, '20260203', 'costs.json'), 'utf8')) as CostAudit;

describe('task_cost_audit', () => {
  test('adds up the bundled calls, of the day and in all, in dollars and euros', async () => {
    const { result } = await run();
    const audit = written();
    expect(result).toMatchObject({
      status: 'success',
      queries: audit.queries,
      daily_usd: audit.daily_usd,
      total_usd: audit.total_usd,
    });
    expect(audit.queries).toBeGreaterThan(0);
    expect(audit.total_queries).toBe(audit.by_day.reduce((sum, { queries }) => sum + queries, 0));
    expect(audit.daily_eur).toBeCloseTo(audit.daily_usd * 0.92, 5);
    // Calls of the day after are not yet known on this one.
    expect(audit.by_day.map(({ name }) => name).at(-1)).toBe('20260203');
    expect(readFileSync(join(out, '20260203', 'costs.md'), 'utf8')).toContain('| model | queries | USD |');
  });

  test('counts what the project itself recorded too, warns above the limit, and names the line that is no call', async () => {
    mkdirSync(join(out, 'traces'));
    const file = join(out, 'traces', 'own.jsonl');
    writeFileSync(file, '{"id":"own-1","start_time":"2026-02-03T10:00:00Z","total_estimated_cost":9}\n');
    expect((await run()).result.warnings).toEqual([expect.stringMatching(/USD on 20260203, above the limit of 5/)]);
    writeFileSync(file, '\n{"id":1}\n');
    expect((await run()).result.reason).toMatch(/own\.jsonl:2 is no call of a model/);
  });

  test('reads all pages of Opik’s traces, and only reads', async () => {
    const trace = (id: string) => ({
      id,
      start_time: '2026-02-03T10:00:00Z',
      usage: { prompt_tokens: 10 },
      total_estimated_cost: 0.5,
    });
    const opik = await service({
      'GET /v1/private/traces': ({ what }) =>
        json({ total: 3, content: what.includes('page=1') ? [trace('a'), trace('b')] : [trace('c')] }),
    });
    const http = createHttp({ allow: [new URL(opik.url).host] });
    await run({ OPIK_API_KEY: 'key', OPIK_URL: opik.url, OPIK_PROJECT_NAME: 'mairie' }, http);
    expect(written()).toMatchObject({ queries: 3, daily_usd: 1.5 });
    expect(opik.asked.map(({ what }) => what)).toEqual(['GET /v1/private/traces', 'GET /v1/private/traces']);
  });

  test.each([
    ['is down', { status: 500 }, /answered 500/],
    ['refuses the key', { status: 401 }, /answered 401/],
    ['is overrun', { status: 429 }, /answered 429/],
    ['answers rubbish', { body: '<html>' }, /is not the JSON expected/],
    ['hangs', { never: true }, /did not answer within 200 ms/],
  ] as const)('where Opik %s, it fails with the reason, and leaves no figures', async (_, answer, message) => {
    const opik = await service({ 'GET /v1/private/traces': answer });
    const http = createHttp({ allow: [new URL(opik.url).host], timeout: '200 milliseconds', retries: 1, delay: '1 millisecond' });
    const { result } = await run({ OPIK_API_KEY: 'key', OPIK_URL: opik.url }, http);
    expect(result).toMatchObject({ status: 'failed', reason: expect.stringMatching(message) as string });
    expect(() => written()).toThrow();
    expect(opik.asked.length).toBeLessThanOrEqual(2);
  });
});

test('a call counts once, on its day in the zone, with its model’s price where no cost was recorded', () => {
  const call = (id: string, start_time: string, more = {}) => ({ id, start_time, model: 'gpt-4.1-mini', ...more });
  const audit = auditCosts(
    [
      call('late', '2026-02-02T23:30:00Z', { input_tokens: 1_000_000, output_tokens: 1_000_000 }),
      call('late', '2026-02-02T23:30:00Z', { input_tokens: 1_000_000, output_tokens: 1_000_000 }),
      call('unknown', '2026-02-03T09:00:00Z', { model: 'who-knows', input_tokens: 5 }),
      call('before', '2026-02-02T09:00:00Z', { total_estimated_cost: 1 }),
    ],
    '20260203',
    { timeZone: 'Europe/Paris', eurosPerDollar: 0.5 },
  );
  expect(audit).toMatchObject({ queries: 2, daily_usd: 2, daily_eur: 1, total_queries: 3, total_usd: 3, unpriced: 1 });
});
