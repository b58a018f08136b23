import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createHttp } from 'daychain/kit';
import { testTask } from 'daychain/testing';
import { beforeEach, describe, expect, test } from 'vitest';
import { auditCosts } from '../../../examples/civic/lib/costs/audit.js';
import type { StoredCosts } from '../../../examples/civic/lib/costs/stored.js';
import costAudit from '../../../examples/civic/tasks/task_cost_audit.js';
import { temporaryFolder } from '../../support/servers.js';
import { settingsOf } from './fake-context.js';
import { json, service } from './services.js';

let out: string;
beforeEach(() => void (out = temporaryFolder()));
const run = (given = {}, http = createHttp()) =>
  testTask(costAudit, { settings: { ...settingsOf({ CIVIC_OUT: out, ...given }) }, clients: { http } });
const written = () => JSON.parse(readFileSync(join(out, '20260203', 'costs.json'), 'utf8')) as StoredCosts;

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
    ['hangs', { never: true }, /did not answer within 1000 ms/],
  ] as const)('where Opik %s, it fails with the reason, and leaves no figures', async (_, answer, message) => {
    const opik = await service({ 'GET /v1/private/traces': answer });
    const timeout = 'never' in answer ? '1 second' : '30 seconds';
    const http = createHttp({ allow: [new URL(opik.url).host], timeout, retries: 1, delay: '1 millisecond' });
    const { result } = await run({ OPIK_API_KEY: 'key', OPIK_URL: opik.url }, http);
    expect(result).toMatchObject({ status: 'failed', reason: expect.stringMatching(message) as string });
    expect(() => written()).toThrow();
    expect(opik.asked.length).toBeLessThanOrEqual(2);
  });
});

describe('the day before', () => {
  const record = (...calls: [id: string, startTime: string, usd: number][]) => {
    mkdirSync(join(out, 'traces'), { recursive: true });
    const lines = calls.map(([id, start_time, usd]) => JSON.stringify({ id, start_time, total_estimated_cost: usd }));
    appendFileSync(join(out, 'traces', 'own.jsonl'), `${lines.join('\n')}\n`);
  };
  const costsOf = (date: string) => JSON.parse(readFileSync(join(out, date, 'costs.json'), 'utf8')) as StoredCosts;
  const at = (date: string, taskId: string, more = {}) =>
    testTask(costAudit, { date, taskId, settings: { ...settingsOf({ CIVIC_OUT: out }) }, ...more });

  test('gets the calls after its last run from the next date’s, and the warning of a limit passed by them, once', async () => {
    record(['noon', '2026-05-04T10:00:00Z', 4]);
    expect((await at('20260504', '00000001')).result.warnings).toEqual([]);
    const [figures, page] = ['costs.json', 'costs.md'].map((name) => join(out, '20260504', name));
    expect(costsOf('20260504')).toMatchObject({ queries: 1, daily_usd: 4, completed_by: null });

    // 23:30 in Paris, after the last run of the date; and half past midnight, which is the next one's.
    record(['late', '2026-05-04T21:30:00Z', 3], ['next', '2026-05-04T22:30:00Z', 1]);
    const next = await at('20260505', '00000002');
    const warning = expect.stringMatching(/^7 USD on 20260504, above the limit of 5/) as string;
    expect(next.result.warnings).toEqual([warning]);
    expect(costsOf('20260504')).toMatchObject({ date: '20260504', queries: 2, daily_usd: 7, completed_by: '00000002' });
    expect(costsOf('20260504').by_day.at(-1)).toMatchObject({ name: '20260504', queries: 2 });
    expect(readFileSync(page!, 'utf8')).toContain('# Costs: 7 USD this day');
    expect(costsOf('20260505')).toMatchObject({ queries: 1, daily_usd: 1 });

    // Another attempt of the same run says the same; a later run has nothing to add, and says nothing again.
    expect((await at('20260505', '00000002', { attempt: 2 })).result.warnings).toEqual([warning]);
    const complete = readFileSync(figures!, 'utf8');
    expect((await at('20260505', '00000003')).result.warnings).toEqual([]);
    expect(readFileSync(figures!, 'utf8')).toBe(complete);

    // A call that was told late is counted, and the limit passed by it is told with its figure.
    record(['told late', '2026-05-04T21:59:00Z', 2]);
    expect((await at('20260505', '00000004')).result.warnings).toEqual([expect.stringMatching(/^9 USD on 20260504/)]);
  });

  test.each([
    ['23 hours', '20260329', '2026-03-28T23:00:00Z', '2026-03-29T21:59:59Z', '2026-03-29T22:00:00Z'],
    ['25 hours', '20261025', '2026-10-24T22:00:00Z', '2026-10-25T22:59:59Z', '2026-10-25T23:00:00Z'],
  ])(
    'of %s, when the clocks change, has the calls from its midnight to the next one in Paris',
    async (_, date, first, last, after) => {
      const before = new Date(Date.parse(first) - 1_000).toISOString();
      record(['before', before, 8], ['first', first, 1], ['last', last, 2], ['after', after, 4]);
      const next = String(Number(date) + 1);
      await at(next, '00000001');
      expect(costsOf(date)).toMatchObject({ queries: 2, daily_usd: 3 });
      expect(costsOf(next)).toMatchObject({ queries: 1, daily_usd: 4 });
    },
  );

  test('leaves no files where it has neither figures nor calls', async () => {
    await at('20260602', '00000001');
    expect(existsSync(join(out, '20260601'))).toBe(false);
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
