import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Engine, eventually, resultOf, startEngine } from '../support/engine.js';
import { PROCESS_MS } from '../support/patience.js';
import { redisPort, temporalAddress } from '../support/servers.js';

const mark = randomUUID().slice(0, 8);
const id = (task: string) => `${task}_${mark}`;
const [first, second, flaky, chain] = [id('first'), id('second'), id('flaky'), id('chain')];
const tag = `nightly-${mark}`;
let engine: Engine;

beforeAll(async () => {
  engine = await startEngine({
    name: `cli-orders-${mark}`,
    tasks: {
      [first]: `{ tags: ['${tag}'], params: z.object({ limit: z.number().int().max(500).default(100), note: z.string().default('') }), run(ctx) { witness(ctx, 'body'); return { limit: ctx.params.limit, note: ctx.params.note }; } }`,
      [second]: `{ tags: ['${tag}'], run(ctx) { witness(ctx, 'body'); if (ctx.date === '20260209') throw new PermanentError('no'); } }`,
      [flaky]: `{ retry: { retries: 2, delay: '1 hour' }, run() { throw new TaskError('connect ECONNREFUSED'); } }`,
      [id('last')]: `{ tags: ['${tag}'], run(ctx) { witness(ctx, 'body'); } }`,
    },
    chains: {
      [chain]: { tasks: { [first]: { params: { note: 'from the chain' } }, [second]: [first], [id('last')]: [second] } },
    },
  });
});

interface Answer {
  code: number;
  stdout: string;
  stderr: string;
}

const cli = (...words: string[]): Promise<Answer> =>
  new Promise((resolve) => {
    const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
    const env = {
      ...process.env,
      TEMPORAL_ADDRESS: temporalAddress(),
      REDIS_URL: `redis://127.0.0.1:${redisPort()}`,
      USER: 'marie',
    };
    const child = execFile(
      process.execPath,
      [main, '--project', engine.dir, ...words],
      { env, timeout: PROCESS_MS },
      (error, stdout, stderr) => resolve({ code: error === null ? 0 : Number(error.code ?? -1), stdout, stderr }),
    );
    child.stdin?.end();
  });

const bodies = (date: string) =>
  engine
    .witness()
    .filter((line) => line.date === date)
    .map(({ task }) => task);

describe('orders at the command line', () => {
  it('skip a task before its run exists; show tells who, when and why', async () => {
    const done = await cli('skip', second, '2026-02-01', '--reason', 'sent by hand', '--by', 'paul');
    expect(done).toMatchObject({ code: 0, stdout: `${second} 20260201 is skipped: it does not run, and its date is settled.\n` });
    const shown = await cli('show', `${second}:20260201`);
    expect(shown.stdout).toMatch(/orders {6}skip by paul, .*: sent by hand/);
    expect(await cli('skip', second, '20260201', '--reason', 'x')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('skipped before'),
    });
    expect(await cli('skip', second, '20260202')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('Say why: --reason'),
    });
    expect(await cli('skip', 'secnd', '20260202', '--reason', 'x')).toMatchObject({ code: 2 });
  });

  it('hold a chain for two hours and release it', async () => {
    const held = await cli('hold', `${chain}:20260203`, '--for', '2 hours', '--reason', 'data is late', '--json');
    const { until, outcome } = JSON.parse(held.stdout) as { until: string; outcome: string };
    expect(outcome).toBe('done');
    expect(Date.parse(until) - Date.now()).toSatisfy((left: number) => left > 7_000_000 && left <= 7_201_000);
    const released = await cli('release', chain, '20260203');
    expect(released).toMatchObject({ code: 0, stdout: expect.stringContaining('is released, and goes on') });
    expect(await resultOf(engine.client.workflow.getHandle(`${chain}:20260203`))).toMatchObject({ status: 'success' });
    expect(await cli('release', chain, '20260203')).toMatchObject({ code: 4, stderr: expect.stringContaining('is not held') });
    expect(await cli('hold', chain, '20260204', '--for', 'long', '--reason', 'x')).toMatchObject({ code: 2 });
  });

  it('list what waits to try again, with its last error, and act on it', async () => {
    const handle = await engine.startTask({ task: flaky, date: '20260204' });
    await eventually('the back-off', async () => (await handle.describe()).raw.pendingActivities?.[0]?.nextAttemptScheduleTime);
    // Open runs are listed a second after they have begun.
    const listed = await eventually('the run in the list', async () => {
      const { stdout } = await cli('retries');
      return stdout.includes(flaky) ? stdout : null;
    });
    expect(listed).toMatch(new RegExp(`${flaky} +20260204 +2 of 3 .*\n  connect ECONNREFUSED`));
    expect(await cli('retry', flaky, '20260204')).toMatchObject({ code: 0, stdout: expect.stringContaining('tries again now') });
    await eventually('the third', async () => (await cli('retries', '--json')).stdout.includes('"attempt": 3'));
    const cancelled = await cli('retries', 'cancel', '--all', '--reason', 'never mind');
    expect(cancelled).toMatchObject({ code: 0, stdout: `${flaky} 20260204 is told to stop.\n` });
    await eventually('none', async () => (await cli('retries')).stdout === 'Nothing waits to try again.\n');
    expect(await cli('retries', 'now', `${flaky}:20260204`)).toMatchObject({ code: 4 });
    expect(await cli('retries', 'now')).toMatchObject({ code: 2, stderr: expect.stringContaining('Which?') });
  });
});

describe('params by name', () => {
  it('are typed by the schema, and change one where the others stay as the chain has them', async () => {
    const done = await cli('run', first, '--date', '20260205', '--params', 'limit=7', '--wait', '--json');
    expect(JSON.parse(done.stdout)).toMatchObject({ result: { output: { limit: 7, note: 'from the chain' } } });
    const text = await cli('run', first, '--date', '20260206', '--params', 'note=12', '--params', 'limit=1', '--wait', '--json');
    expect(JSON.parse(text.stdout)).toMatchObject({ result: { output: { limit: 1, note: '12' } } });
    const ofChain = await cli('run', chain, '--date', '20260206', '--params', `${first}.limit=9`);
    expect(ofChain.code).toBe(0);
  });

  it('are refused in the words of the schema, with the likely typo', async () => {
    const of = (...params: string[]) => cli('run', first, '--date', '20260207', ...params.flatMap((one) => ['--params', one]));
    expect(await of('limit=many')).toMatchObject({ code: 2, stderr: expect.stringMatching(/params\.limit: .*expected number/) });
    expect(await of('limit=501')).toMatchObject({ code: 2, stderr: expect.stringMatching(/params\.limit: .*500/) });
    expect(await of('limt=1')).toMatchObject({ code: 2, stderr: expect.stringContaining('Did you mean limit?') });
    expect(await of('limit')).toMatchObject({ code: 2, stderr: expect.stringContaining('name=value') });
    const wrong = await cli('run', chain, '--date', '20260207', '--params', 'limit=1');
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining(`${first}.limit=`) });
    expect(bodies('20260207')).toEqual([]);
  });
});

describe('a run started by hand', () => {
  it('keeps and shows who started it, and why', async () => {
    expect(await cli('run', first, '--date', '20260211', '--reason', 'the archive was empty')).toMatchObject({ code: 0 });
    const shown = await cli('show', `${first}:20260211`);
    expect(shown.stdout).toMatch(/^ *started +by \S+@\S+: the archive was empty$/m);
    const run = JSON.parse((await cli('show', `${first}:20260211`, '--json')).stdout) as { asked?: object };
    expect(run.asked).toMatchObject({ reason: 'the archive was empty' });
    await cli('run', chain, '--date', '20260213', '--reason', 'all of it', '--wait');
    expect((await cli('show', `${chain}:20260213`)).stdout).toMatch(/^ *started +by \S+@\S+: all of it$/m);
    const again = ['run', first, '--date', '20260211', '--force', '--reason', 'once more', '--wait'];
    expect(await cli(...again)).toMatchObject({ code: 0 });
    const repeated = (await cli('show', `${first}:20260211`)).stdout;
    expect(repeated).toMatch(/^ *repeated +by \S+@\S+: once more$/m);
    expect(repeated).not.toMatch(/^ *started /m);
  });

  it('by its tag keeps why, too', async () => {
    await cli('run', '--tag', tag, '--date', '20260212', '--reason', 'month end');
    expect((await cli('show', `${second}:20260212`)).stdout).toMatch(/^ *started +by \S+@\S+: month end$/m);
  });
});

describe('run by tag', () => {
  it('runs tasks of one chain in its order, says so before, and waits for all with one exit code', async () => {
    const done = await cli('run', '--tag', tag, '--date', '20260208');
    expect(done.code).toBe(0);
    expect(done.stderr.replaceAll(/\s+/g, ' ')).toContain(
      `${tag}: 3 to run for 20260208: ${first}, ${second} (after ${first}), ${id('last')} (after ${first}, ${second})`,
    );
    expect(bodies('20260208')).toEqual([first, second, id('last')]);
    const again = await cli('run', '--tag', tag, '--date', '20260208');
    expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining('was done already') });
  });

  it('does not start what comes after a failure, and fails as a whole', async () => {
    const done = await cli('run', '--tag', tag, '--date', '20260209');
    expect(done).toMatchObject({ code: 1, stdout: expect.stringContaining(`${id('last')} 20260209 was not started`) });
    expect(bodies('20260209')).toEqual([first, second]);
    expect(await cli('run', '--tag', 'nothing')).toMatchObject({ code: 2, stderr: expect.stringContaining(tag) });
    expect(await cli('run', first, '--tag', tag)).toMatchObject({ code: 2 });
    expect(await cli('run')).toMatchObject({ code: 2, stderr: expect.stringContaining('--tag') });
  });
});

describe('keys and clean-up', () => {
  it('lists and deletes success keys, never without a choice and a yes', async () => {
    await engine.locks.send(['SET', `success:${first}:20260101`, 'completed', 'EX', '1000']);
    const listed = await cli('keys', '--task', first);
    expect(listed.stdout).toMatch(new RegExp(`${first} +20260101 +16 min`));
    expect(await cli('keys', 'delete')).toMatchObject({ code: 2 });
    const asked = await cli('keys', 'delete', '--task', first);
    expect(asked).toMatchObject({ code: 2, stderr: expect.stringContaining('--yes') });
    expect(await cli('keys', 'delete', '--task', first, '--yes')).toMatchObject({ code: 0, stdout: '1 success key deleted.\n' });
    expect(await engine.locks.send(['EXISTS', `success:${first}:20260101`])).toBe(0);
  });

  it('reports by kind, and changes nothing with --dry-run', async () => {
    const report = await cli('cleanup', '--dry-run');
    expect(report.code).toBe(0);
    for (const label of ['files', 'redis', 'closed runs', 'schedules', 'daily']) expect(report.stdout).toContain(`  ${label}`);
    expect(await cli('cleanup', '--older-than', 'ages')).toMatchObject({ code: 2 });
  });
});
