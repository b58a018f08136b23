/** Over HTTP: what a clean-up would remove and removes, whom notices reach, and a chain's graph. */
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { syncSchedules } from '../../src/control/schedules.js';
import type { Project } from '../../src/session/open.js';
import { startReceiver, type Receiver } from '../notices/receiver.js';
import { startEngine, type Engine } from '../support/engine.js';
import { schedulesListed } from '../support/schedules-listed.js';
import { projectOf, serve, TOKENS, type Web } from './web.js';

const mark = randomUUID().slice(0, 8);
const [stays, goes] = [`stays-${mark}`, `goes-${mark}`];
const acted: { by: string; action: string; status: number; body: string }[] = [];
const headers = { authorization: `Bearer ${TOKENS[0].secret}` };
let engine: Engine;
let project: Project;
let receiver: Receiver;
let web: Web;

beforeAll(async () => {
  receiver = await startReceiver();
  const files = (chains: string[]) => ({
    name: `web-cleanup-${mark}`,
    config: `notices: [
      { name: 'ops', on: ['failure'], to: { webhook: { url: { env: 'WC_HOOK' } } } },
      { name: 'nobody', on: ['late'], to: { webhook: { url: { env: 'WC_UNSET' } } } },
    ]`,
    tasks: { wc_a: '{ run: () => ({}) }', wc_b: '{ run: () => ({}) }' },
    chains: Object.fromEntries(
      chains.map((id) => [
        id,
        { schedule: { daily: '06:00' }, tasks: { wc_a: [], wc_b: { dependsOn: ['wc_a'], runWhen: 'all_done' } } },
      ]),
    ),
  });
  const before = await startEngine({ ...files([stays, goes]), worker: false });
  await syncSchedules(before.server, before.registry);
  // What has left the files is found in that list.
  await schedulesListed(before.client, [goes]);
  engine = await startEngine({ ...files([stays]), worker: false });
  await syncSchedules(engine.server, engine.registry);
  const { config, ...rest } = projectOf(engine);
  project = {
    ...rest,
    config: { ...config, environment: { ...config.environment, WC_HOOK: receiver.url('/hook?token=very-secret-1') } },
  };
  web = await serve({ project, tokens: TOKENS, acted: (action) => acted.push(action) });
});

describe('a clean-up over HTTP', () => {
  it('says to readers what it would remove, and removes it for those who may, with who and why in the log', async () => {
    const logs = join(engine.dir, '.daychain/logs');
    mkdirSync(logs, { recursive: true });
    const [old, fresh] = [join(logs, 'old.jsonl'), join(logs, 'fresh.jsonl')];
    for (const path of [old, fresh]) writeFileSync(path, '{}\n');
    const then = Date.now() / 1_000 - 9 * 86_400;
    utimesSync(old, then, then);

    const told = await web.get('/api/cleanup?olderThanDays=7', { authorization: `Bearer ${TOKENS[1].secret}` });
    expect(told.body).toMatchObject({ dryRun: true, files: { removed: [old] }, schedules: { gone: [goes], removed: [] } });
    expect(existsSync(old)).toBe(true);

    const done = await web.post('/api/cleanup', { olderThanDays: 7, reason: 'the disk is full' }, headers);
    expect(done.body).toMatchObject({ dryRun: false, files: { removed: [old] }, redisProblem: null, schedules: { removed: [] } });
    expect([existsSync(old), existsSync(fresh)]).toEqual([false, true]);
    expect(acted.at(-1)).toMatchObject({ by: 'marie', action: 'POST /api/cleanup', status: 200 });
    expect(acted.at(-1)!.body).toContain('the disk is full');

    const all = await web.post('/api/cleanup', { schedules: true }, headers);
    expect(all.body).toMatchObject({ files: { removed: [] }, schedules: { gone: [goes], removed: [goes] } });
    expect((await web.get('/api/cleanup', headers)).body).toMatchObject({ schedules: { gone: [], unknown: false } });
  });

  it('says so where Redis is away, and does the rest', async () => {
    const alone = await serve({ project: projectOf(engine, { redis: 1 }) });
    const { status, body } = await alone.get('/api/cleanup');
    expect([status, body.redis, body.runs]).toEqual([200, null, []]);
    expect(body.redisProblem).toContain('127.0.0.1:1');
  });
});

describe('notices over HTTP', () => {
  it('are listed with whom they cannot reach, and tried, without their addresses', async () => {
    const { body } = await web.get('/api/notices', headers);
    expect(body.targets).toMatchObject([
      { name: 'ops', medium: 'webhook', variables: ['WC_HOOK'], disabled: null },
      { name: 'nobody', disabled: 'WC_UNSET is not set' },
    ]);
    expect(body.recent).toEqual([]);
    const sent = await web.post('/api/notices/test', { to: 'ops' }, headers);
    expect(sent.body.results).toMatchObject([{ target: 'ops', delivered: true }]);
    expect(receiver.on('/hook')).toMatchObject([{ body: { event: 'test' } }]);
    const both = await web.post('/api/notices/test', {}, headers);
    expect(both.body.results).toMatchObject([{ delivered: true }, { target: 'nobody', delivered: false }]);
    const unknown = await web.post('/api/notices/test', { to: 'opps' }, headers);
    expect([unknown.status, unknown.body.detail]).toEqual([400, expect.stringContaining('Did you mean ops?')]);
    expect(JSON.stringify([body, sent.body, both.body])).not.toContain('very-secret-1');
  });
});

describe("a chain's graph over HTTP", () => {
  it('has every task with its parents and its place', async () => {
    const { body } = await web.get(`/api/chains/${stays}/graph`, headers);
    expect(body.tasks).toEqual([
      { id: 'wc_a', dependsOn: [], runWhen: 'all_success' },
      { id: 'wc_b', dependsOn: ['wc_a'], runWhen: 'all_done' },
    ]);
    expect(body.layout.nodes).toMatchObject([
      { id: 'wc_a', rank: 0 },
      { id: 'wc_b', rank: 1 },
    ]);
    expect(body.layout.edges).toMatchObject([{ from: 'wc_a', to: 'wc_b' }]);
    expect((await web.get('/api/chains/nothing/graph', headers)).status).toBe(404);
  });
});
