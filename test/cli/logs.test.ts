/** The built command: a worker that writes files, and `daychain logs` beside it. */
import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { LogLine } from '../../src/observability/log-lines.js';
import { commandEnvironment, runDaychain, startDaychain } from '../support/built-command.js';
import { type Engine, eventually, resultOf, startEngine, within } from '../support/engine.js';
import { PROCESS_MS } from '../support/patience.js';
import { afterwards } from '../support/servers.js';

const NAUGHTY = String.raw`harmless\n06:00:00.000  #1  info   forged\r\u001b[31mred\u202e`;
let engine: Engine;

beforeAll(async () => {
  engine = await startEngine({
    name: 'logs',
    timezone: 'Europe/Paris',
    worker: false,
    tasks: {
      lo_says: `{ async run(ctx) {
        ctx.log.info('crawling', { pages: 14 });
        console.log('hello %s', ctx.task);
        console.warn("${NAUGHTY}");
        return {};
      } }`,
      lo_beside: `{ async run(ctx) { console.log('hello', ctx.task); } }`,
      lo_flaky: `{ retry: { retries: 1, delay: '10 milliseconds' }, run(ctx) { console.error('try', ctx.attempt); if (ctx.attempt < 2) throw new TaskError('not yet'); } }`,
      lo_long: `{ async run(ctx) { for (let n = 0; ; n++) { console.log('step', n); if (existsSync(ctx.secrets.get('GATES') + '/end')) return; await new Promise((next) => setTimeout(next, 100)); } } }`,
      lo_never: `{ run() {} }`,
    },
    chains: {
      'lo-chain': {
        tasks: {
          lo_says: [],
          lo_beside: [],
          lo_flaky: ['lo_says'],
          lo_shell: { command: ['/bin/sh', '-c', 'echo out; echo err >&2'] },
        },
      },
    },
  });
  const worker = startDaychain(engine.dir, ['worker', '--log-dir', '.daychain/logs'], { GATES: join(engine.dir, 'gates') });
  afterwards(async () => {
    worker.child.kill('SIGINT');
    await within(90_000, 'the end of the worker', worker.exit).catch(() => worker.child.kill('SIGKILL'));
  });
  await resultOf(await engine.startChain({ chain: 'lo-chain', date: '20260203' }));
});

const logs = (...words: string[]) => runDaychain(engine.dir, ['logs', ...words]);
const parsed = (stdout: string) =>
  stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as LogLine);

describe('daychain logs', () => {
  test("of a task's run are its lines, with what the console said", async () => {
    const { exit, stdout, stderr } = await logs('lo_says', '2026-02-03');
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: 'lo_says:20260203 · times in Europe/Paris\n' });
    const [date, ...lines] = stdout.trimEnd().split('\n');
    expect(date).toMatch(/^\d{4}-\d\d-\d\d$/);
    expect(lines.map((line) => line.replace(/^[\d:.]{12} {2}/, ''))).toEqual([
      expect.stringMatching(/^#1 {2}info {3}TASK_START {3}lock=/),
      '#1  info   crawling   pages=14',
      '#1  info   hello lo_says',
      '#1  warn   harmless',
      String.raw`                         06:00:00.000  #1  info   forged\x0d\x1b[31mred\u202e`,
      expect.stringMatching(/^#1 {2}info {3}TASK_COMPLETED {3}status=success/),
    ]);
  });

  test("of a chain's run are those of its tasks, programs too, each with its name", async () => {
    const { stdout } = await logs('lo-chain:20260203', '--json');
    const lines = parsed(stdout);
    expect(new Set(lines.map(({ task }) => task))).toEqual(new Set(['lo_says', 'lo_beside', 'lo_flaky', 'lo_shell']));
    const said = (task: string) =>
      lines.filter((line) => line.task === task && line.event === null).map(({ message }) => message);
    expect(said('lo_beside')).toEqual(['hello lo_beside']);
    expect(said('lo_shell').toSorted()).toEqual(['err', 'out']);
    expect(lines.map(({ at }) => at)).toEqual(lines.map(({ at }) => at).toSorted());
    expect(lines[0]).toMatchObject({
      run: expect.stringMatching(/:20260203$/) as string,
      date: '20260203',
      runKey: '20260203',
      attempt: 1,
    });
    expect((await logs('lo-chain:20260203')).stdout).toMatch(/ {2}lo_shell +#1 {2}info {3}out {3}stream=stdout$/m);
  });

  test('can be narrowed by level and attempt', async () => {
    const errors = parsed((await logs('lo_flaky:20260203', '--level', 'error', '--json')).stdout);
    expect(errors.map(({ message, console }) => [message, console])).toEqual([
      ['try 1', 'error'],
      ['try 2', 'error'],
    ]);
    const second = parsed((await logs('lo_flaky:20260203', '--attempt', '2', '--json')).stdout);
    expect(new Set(second.map(({ attempt }) => attempt))).toEqual(new Set([2]));
    expect((await logs('lo_flaky:20260203', '--level', 'loud')).exit).toBe(2);
    expect((await logs('lo_flaky:20260203', '--attempt', '0')).exit).toBe(2);
  });

  test('are there without the server, which is said', async () => {
    const away = { TEMPORAL_ADDRESS: '127.0.0.1:1' };
    const words = ['logs', 'lo_beside:20260203'];
    const [{ exit, stdout, stderr }, followed] = await Promise.all([
      runDaychain(engine.dir, words, away),
      runDaychain(engine.dir, [...words, '--follow'], away),
    ]);
    expect(exit).toBe(0);
    expect(stdout).toContain('hello lo_beside');
    expect(stderr).toMatch(/^Cannot reach Temporal at 127\.0\.0\.1:1.*shown all the same/);
    expect(followed.exit).toBe(3);
  });

  test('that are not here say so, and where they would be; a run that never was is refused', async () => {
    const elsewhere = await runDaychain(engine.dir, ['logs', 'lo_beside:20260203'], { DAYCHAIN_HOME: '/nowhere' });
    expect(elsewhere).toMatchObject({ exit: 0, stdout: '' });
    expect(elsewhere.stderr).toMatch(
      /^No lines of lo_beside:20260203 here: there is no log in \/nowhere\/logs\.\nIt ran on \d+@/,
    );
    const never = await logs('lo_never:20260203');
    expect(never).toMatchObject({ exit: 2, stdout: '' });
    expect(never.stderr).toContain('There is no run lo_never:20260203');
    expect((await logs('lo_never:20260203', '--follow')).exit).toBe(2);
  });

  test('close cleanly when their reader has seen enough', async () => {
    const line = `"${process.execPath}" "${join(process.cwd(), 'bin/daychain.js')}" logs lo-chain:20260203 | head -1; echo "\${PIPESTATUS[0]}"`;
    const stdout = await new Promise<string>((resolve, reject) => {
      const options = { cwd: engine.dir, env: commandEnvironment(), timeout: PROCESS_MS };
      execFile('bash', ['-c', line], options, (error, text) =>
        error ? reject(new Error(text, { cause: error })) : resolve(text),
      );
    });
    expect(stdout).toMatch(/^\d{4}-\d\d-\d\d\n0\n$/);
  });
});

describe('followed', () => {
  test('they come until the run has ended; Ctrl-C ends the look, and not the run', async () => {
    const handle = await engine.startTask({ task: 'lo_long', date: '20260210' });
    const one = startDaychain(engine.dir, ['logs', 'lo_long:20260210', '--follow']);
    const other = startDaychain(engine.dir, ['logs', 'lo_long', '20260210', '--follow']);
    await eventually('lines', () => one.text().includes('step 5') && other.text().includes('step 5'));
    one.child.kill('SIGINT');
    expect(await within(90_000, 'its end', one.exit)).toBe(130);
    expect(one.text()).toContain('Not followed any longer; lo_long:20260210 goes on.');
    engine.open('end');
    await resultOf(handle);
    expect(await within(90_000, 'the end of the other', other.exit)).toBe(0);
    expect(other.text()).toMatch(/TASK_COMPLETED {3}status=success[^\n]*\n$/);
  });
});

test('the worker writes into files of its own, and nothing of it to stdout', () => {
  const names = readdirSync(join(engine.dir, '.daychain/logs'));
  expect(names).toHaveLength(1);
  expect(names[0]).toMatch(/^logs\.\d{8}T\d{6}Z\.\d+\.0001\.jsonl$/);
});
