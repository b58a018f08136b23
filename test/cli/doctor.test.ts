/** Every check of doctor in its bad state, made for real where a machine can be brought into it. */
import { randomUUID } from 'node:crypto';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { runChecks, type Check } from '../../src/cli/doctor/checks.js';
import { judgeClock, judgeDevServer, judgeDisk, judgeNode, judgePersistence, judgeWorkers } from '../../src/cli/doctor/judge.js';
import { openProject } from '../../src/cli/session.js';
import { connectRedis } from '../../src/connections/redis.js';
import { syncProject } from '../../src/schedules.js';
import { type Engine, eventually, failureOf, startEngine } from '../support/engine.js';
import { PROCESS_MS } from '../support/patience.js';
import { writeProject, type ProjectText } from '../support/project.js';
import { afterwards, redisPort, startOwnRedis, temporalAddress } from '../support/servers.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const plain = `{ retry: { retries: 0 }, run() { throw new TaskError('no'); } }`;

afterEach(() => vi.unstubAllEnvs());

function project(text: Partial<ProjectText> = {}): string {
  const { dir, remove } = writeProject({ name: `doc-${randomUUID().slice(0, 8)}`, ...text });
  afterwards(remove);
  return dir;
}

/** Doctor's answers, by the name of the check. */
async function examined(dir: string, environment: Record<string, string> = {}): Promise<Record<string, Check>> {
  const servers = { TEMPORAL_ADDRESS: temporalAddress(), REDIS_HOST: '127.0.0.1', REDIS_PORT: String(redisPort()) };
  for (const [name, value] of Object.entries({ ...servers, ...environment })) vi.stubEnv(name, value);
  const checks = await runChecks(await openProject(dir));
  return Object.fromEntries(checks.map((check) => [check.name, check]));
}

describe('what is well is called so', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await startEngine({ name: `doc-${randomUUID().slice(0, 8)}`, tasks: { doc_well: plain } });
  });

  test('with all servers, a worker and its version', async () => {
    const found = await examined(engine.dir);
    for (const name of [
      'node',
      'environment',
      'files',
      'disk',
      'temporal',
      'attributes',
      'clock',
      'schedules',
      'slots',
      'redis',
      'redis databases',
      'redis policy',
      'redis clock',
    ])
      expect(found[name], name).toMatchObject({ state: 'ok', mend: null });
    expect(found['workers']).toMatchObject({
      state: 'ok',
      text: expect.stringContaining(`1 on "${engine.taskQueue}"`) as string,
    });
    expect(found['namespace']!.text).toMatch(
      /closed runs are kept for 400 days: a date is protected from running twice for 399 days/,
    );
    expect(found['redis databases']!.text).toMatch(/^locks in 127\.0\.0\.1:\d+\/6, data in 127\.0\.0\.1:\d+\/5$/);
  });
});

describe('what is not', () => {
  test('servers that do not answer', async () => {
    const found = await examined(project(), { TEMPORAL_ADDRESS: '127.0.0.1:9', REDIS_PORT: '9' });
    expect(found['temporal']).toMatchObject({ state: 'fails', text: expect.stringContaining('127.0.0.1:9') as string });
    expect(found['redis']).toMatchObject({ state: 'fails', text: expect.stringContaining('127.0.0.1:9') as string });
    for (const name of ['namespace', 'workers', 'schedules', 'redis policy', 'redis data'])
      expect(found[name]!.state, name).toBe('skipped');
  });

  test('nothing configured and nothing running', async () => {
    const found = await examined(project(), { TEMPORAL_ADDRESS: '', REDIS_HOST: '' });
    expect(found['up']).toMatchObject({ state: 'odd', mend: 'daychain up, or set TEMPORAL_ADDRESS and REDIS_URL' });
    expect(found['temporal']!.mend).toContain('daychain up');
  });

  test('a namespace that does not exist', async () => {
    const found = await examined(project(), { TEMPORAL_NAMESPACE: 'no-such-namespace' });
    expect(found['namespace']).toMatchObject({
      state: 'fails',
      mend: expect.stringContaining('namespace create --namespace no-such-namespace --retention 400d') as string,
    });
  });

  test('a namespace of three days, without search attributes', async () => {
    const engine = await startEngine({ name: `doc-${randomUUID().slice(0, 8)}` });
    const namespace = `short-${randomUUID().slice(0, 8)}`;
    const days = (count: number) => ({ seconds: (count * 86_400) as never, nanos: 0 });
    await engine.client.workflowService.registerNamespace({ namespace, workflowExecutionRetentionPeriod: days(3) });
    const found = await eventually('the new namespace', async () => {
      const seen = await examined(project(), { TEMPORAL_NAMESPACE: namespace });
      return seen['namespace']!.state === 'odd' &&
        seen['attributes']!.state === 'fails' &&
        seen['attributes']!.text.includes('lacks')
        ? seen
        : null;
    });
    expect(found['namespace']).toMatchObject({
      text: expect.stringContaining('kept for 3 days only') as string,
      mend: `temporal operator namespace update --namespace ${namespace} --retention 400d`,
    });
    expect(found['attributes']!.mend).toContain('--name TaskName --type Keyword');
    expect(found['attributes']!.mend).toContain('--name TaskTags --type KeywordList');
  });

  test('no worker, files with problems, a misspelt setting, a development server that was configured', async () => {
    const dir = project({ tasks: { a: `{ run: 1 }` } });
    const found = await examined(dir, { DAYCHAIN_LOGLEVEL: 'info' });
    expect(found['workers']).toMatchObject({ state: 'fails', mend: 'daychain up, or daychain worker' });
    expect(found['files']).toMatchObject({
      state: 'fails',
      text: expect.stringContaining('1 problem in') as string,
      mend: 'daychain check',
    });
    expect(found['environment']).toMatchObject({
      state: 'odd',
      text: expect.stringContaining('Did you mean DAYCHAIN_LOG_LEVEL?') as string,
    });
    expect(found['dev server']).toMatchObject({ state: 'odd', mend: expect.stringContaining('docker compose up') as string });
    expect(found['schedules']!.state).toBe('skipped');
  });

  test('a worker of another version', async () => {
    const engine = await startEngine({ name: `doc-${randomUUID().slice(0, 8)}`, version: '0.0.1' });
    const { workers } = await examined(engine.dir);
    expect(workers).toMatchObject({
      state: 'odd',
      text: expect.stringContaining('(0.0.1). 1 of them is not of this version') as string,
    });
  });

  test('schedules that are not as in the files, and those of somebody else', async () => {
    const id = `doc-sched-${randomUUID().slice(0, 8)}`;
    const text = { tasks: { doc_s: plain }, chains: { [id]: { schedule: { daily: '06:00' }, tasks: { doc_s: [] } } } };
    const engine = await startEngine({ name: `doc-${randomUUID().slice(0, 8)}`, ...text });
    expect((await examined(engine.dir))['schedules']).toMatchObject({
      state: 'fails',
      text: `not as in the files: ${id}`,
      mend: 'daychain sync',
    });
    await syncProject(engine.server, engine.registry, {});
    afterwards(() => engine.client.schedule.getHandle(id).delete());
    expect((await examined(engine.dir))['schedules']!.state).toBe('ok');
    const other = await examined(project(text));
    expect(other['schedules']).toMatchObject({ state: 'fails', text: `somebody else's: ${id}` });
  });

  test('a Redis that throws keys away and keeps nothing, in one database', async () => {
    const own = await startOwnRedis();
    const redis = connectRedis({ host: '127.0.0.1', port: own.port });
    await redis.firstTrouble();
    await redis.send(['CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru']);
    await redis.send(['CONFIG', 'SET', 'appendonly', 'no']);
    await redis.send(['CONFIG', 'SET', 'save', '']);
    redis.close();
    const at = { REDIS_PORT: String(own.port), REDIS_DB: '6' };
    const found = await examined(project(), at);
    expect(found['redis policy']).toMatchObject({
      state: 'fails',
      mend: expect.stringContaining('CONFIG SET maxmemory-policy noeviction') as string,
    });
    expect(found['redis data']).toMatchObject({ state: 'odd', text: 'kept in memory only: a restart forgets every lock' });
    expect(found['redis databases']).toMatchObject({
      state: 'odd',
      text: expect.stringContaining('REDIS_DB and REDIS_LOCK_DB are the same') as string,
    });
  });

  test('notices whose variables are not set, and some that were given up', async () => {
    const engine = await startEngine({
      name: `doc-${randomUUID().slice(0, 8)}`,
      config: `notices: [{ name: 'ops', on: ['failure'], to: { webhook: { url: { env: 'DOC_NOT_SET' } } } }]`,
      tasks: { doc_fails: plain },
      chains: { 'doc-told': { tasks: { doc_fails: [] } } },
    });
    await failureOf(await engine.startChain({ chain: 'doc-told', date: '20260101' }));
    const found = await eventually('the notice given up', async () => {
      const seen = await examined(engine.dir);
      return seen['notices told']!.state === 'odd' ? seen : null;
    });
    expect(found['notices']).toMatchObject({ state: 'odd', text: 'Notices to ops are disabled: DOC_NOT_SET is not set.' });
    expect(found['notices told']!.text).toBe(
      '1 of 1 in the last day were given up, as of doc-told:20260101 to ops: ops: disabled: DOC_NOT_SET is not set',
    );
  });
});

describe('what this machine cannot be brought into', () => {
  test('clocks that differ', () => {
    expect(judgeClock('clock', 'Redis', 300)).toMatchObject({ state: 'ok' });
    expect(judgeClock('clock', 'Redis', 4_000)).toMatchObject({ state: 'odd', text: 'this machine is 4.0 s behind Redis' });
    expect(judgeClock('clock', 'Redis', -90_000)).toMatchObject({
      state: 'fails',
      text: 'this machine is 1 min 30 s ahead of Redis',
    });
    expect(judgeClock('clock', 'Redis', null)).toMatchObject({ state: 'skipped' });
  });
  test('an old Node', () => {
    expect(['18.20.0', '20.18.9', '20.19.0', '22.1.0'].map((version) => judgeNode(version).state)).toEqual([
      'fails',
      'fails',
      'ok',
      'ok',
    ]);
  });
  test('workers of several versions', () => {
    const worker = (identity: string, version?: string) => ({ identity, lastPoll: null, ...(version ? { version } : {}) });
    expect(judgeWorkers('q', '0.2.0', [worker('1@a', '0.2.0'), worker('2@b')]).state).toBe('ok');
    const odd = judgeWorkers('q', '0.2.0', [worker('1@a', '0.2.0'), worker('2@b', '0.1.0')]);
    expect(odd).toMatchObject({ state: 'odd', mend: 'stop 2@b, and start them from this version: daychain worker' });
    expect(odd.text).toBe('2 on "q": 1@a (0.2.0), 2@b (0.1.0). 1 of them is not of this version, 0.2.0');
  });
  test('a disk that is full', () => {
    const mebibyte = 1024 * 1024;
    expect(judgeDisk('/d', 50 * mebibyte)).toMatchObject({ state: 'fails', text: '50 MiB free for /d' });
    expect(judgeDisk('/d', 500 * mebibyte)).toMatchObject({ state: 'odd' });
    expect(judgeDisk('/d', 50_000 * mebibyte)).toMatchObject({ state: 'ok', text: '48 GiB free for /d' });
  });
  test('a server on Postgres, and a Redis that tells nothing', () => {
    expect(judgeDevServer('postgres12', true).state).toBe('ok');
    expect(judgeDevServer('sqlite', false).state).toBe('ok');
    expect(judgePersistence({ appendOnly: null, snapshots: null, embedded: false }).state).toBe('odd');
    expect(judgePersistence({ appendOnly: false, snapshots: true, embedded: false }).text).toContain('from time to time only');
    expect(judgePersistence({ appendOnly: null, snapshots: null, embedded: true }).mend).toContain('install redis-server');
  });
});

test('the command shows each setting with its source, masks secrets, and answers in JSON', async () => {
  const dir = project();
  const env = {
    ...process.env,
    TEMPORAL_ADDRESS: temporalAddress(),
    REDIS_URL: `redis://:hush-hush@127.0.0.1:${redisPort()}`,
    FORCE_COLOR: '',
  };
  const run = (...words: string[]) =>
    new Promise<{ exit: number; stdout: string }>((resolve) => {
      execFile(
        process.execPath,
        [join(ROOT, 'bin/daychain.js'), 'doctor', ...words],
        { cwd: dir, env, timeout: PROCESS_MS },
        (error, stdout) => resolve({ exit: error === null ? 0 : Number(error.code), stdout }),
      );
    });
  const [text, json] = await Promise.all([run(), run('--json')]);
  expect(text.exit).toBe(1);
  expect(text.stdout).toMatch(/TEMPORAL_ADDRESS\s+127\.0\.0\.1:\d+\s+environment/);
  expect(text.stdout).toMatch(/✗ workers\s+fails: none polls/);
  expect(text.stdout).toMatch(/→ daychain up, or daychain worker/);
  for (const line of text.stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(100);
  const answer = JSON.parse(json.stdout) as { settings: object[]; checks: Check[] };
  expect(answer.checks.map(({ name }) => name)).toContain('redis clock');
  expect(answer.settings).toContainEqual({
    name: 'REDIS_URL',
    value: `redis://****@127.0.0.1:${redisPort()}`,
    source: 'environment',
  });
  expect(text.stdout + json.stdout).not.toContain('hush-hush');
});
