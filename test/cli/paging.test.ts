/** Long lists: nothing is left out in silence, and what shows the rest is a command that there is. */
import { PassThrough } from 'node:stream';
import { beforeAll, describe, expect, it } from 'vitest';
import { endLines } from '../../src/cli/backfill/lines.js';
import { statusLines } from '../../src/cli/commands/status.js';
import { describeProgram } from '../../src/cli/described.js';
import { historyLines } from '../../src/cli/history-lines.js';
import { readLimit } from '../../src/cli/limit.js';
import { Output } from '../../src/cli/output.js';
import { openProgress } from '../../src/cli/progress-view.js';
import { runProgram } from '../../src/cli/run-program.js';
import { taskLines } from '../../src/cli/show-lines.js';
import { redisPort, temporalAddress } from '../support/servers.js';
import { userFolder } from '../support/daychain.js';

const NOW = Date.parse('2026-11-22T05:00:41Z');
const out = new Output(new PassThrough(), new PassThrough(), false, false);
const commands = await describeProgram();
let dir: string;

beforeAll(() => {
  dir = userFolder({
    '.env': `TEMPORAL_ADDRESS=${temporalAddress()}\nREDIS_HOST=127.0.0.1\nREDIS_PORT=${redisPort()}\n`,
    'daychain.config.js': `import { defineProject } from 'daychain';\nexport default defineProject({ name: 'paging-test' });\n`,
    'tasks/task_a.js': `import { defineTask } from 'daychain';\nexport default defineTask({ run: () => ({}) });\n`,
    ...Object.fromEntries(
      ['one', 'two', 'three'].map((name) => [
        `chains/paging-${name}.js`,
        `import { defineChain } from 'daychain';\nexport default defineChain({ schedule: { daily: '06:00' }, tasks: { task_a: [] } });\n`,
      ]),
    ),
  }).dir;
});

/** The command that the text ends with; it must be one, with options that it has. */
function commandIn(lines: readonly string[]): string {
  const line = lines.find((one) => /… and \d+|more: daychain/.test(one));
  const command = /daychain .*$/.exec(line ?? '')?.[0] ?? '';
  const words = command.split(' ').slice(1);
  const longest = [...commands]
    .sort((a, b) => b.path.length - a.path.length)
    .find(({ path, acts }) => acts && words.join(' ').startsWith(path));
  expect(longest, `${lines.join('\n')}\nnames no command`).toBeDefined();
  const options = [...longest!.options.map(({ long }) => long), '--json'];
  for (const word of words.filter((one) => one.startsWith('--'))) expect(options, command).toContain(word);
  return command;
}

describe('what is left out', () => {
  it('of status is counted, with the command that shows it', () => {
    const attention = Array.from({ length: 12 }, (_, at) => ({ text: `thing ${at}`, command: 'daychain check' }));
    const view = { project: 'p', timezone: 'UTC', workers: [], chains: [], working: [], attention };
    expect(commandIn(statusLines(out, view, NOW))).toBe('daychain status --limit 12');
    expect(statusLines(out, view, NOW, 12).join('\n')).toContain('thing 11');
    expect(statusLines(out, view, NOW, 12).join('\n')).not.toContain('… and');
  });

  it('of a history that one call cannot show is shown from its older end', () => {
    const line = { date: '20261118', slot: '2026-11-18T05:00:00Z', runKey: '20261118', end: 'no_shell', run: null, shell: null };
    const view = {
      id: 'hourly',
      timezone: 'UTC',
      schedule: null,
      from: '20260101',
      to: '20261122',
      lines: [line],
      leftOut: 2_000,
    };
    expect(commandIn(historyLines(out, view as never, NOW))).toBe(
      'daychain history hourly --from 2026-01-01 --to 2026-11-18 --limit 1000',
    );
  });

  it.each([
    ['chain', 'daychain history daily --from 2026-01-01 --to 2026-03-31'],
    ['task', 'daychain stats daily --since 2026-01-01 --until 2026-03-31'],
  ])('of the failures of a backfill of a %s is told', (kind, command) => {
    const dates = {
      id: 'daily',
      kind,
      tasks: null,
      from: '20260101',
      to: '20260331',
      started: '2026-04-02T09:00:00Z',
      finished: '2026-04-02T09:01:00Z',
    };
    const failures = [{ run: 'daily:20260101', message: 'no' }];
    const result = {
      ...dates,
      status: 'failed',
      failed: 7,
      done: 1,
      already: 0,
      cancelled: 0,
      left: 0,
      failures,
      end_reason: null,
    };
    const lines = endLines(out, { workflowId: 'w', status: 'failed', end: 'failed', result } as never);
    expect(lines.join('\n')).toContain('… and 6 more');
    expect(commandIn(lines)).toBe(command);
  });

  it('of the errors and the output of a task is told', () => {
    const errors = Array.from({ length: 7 }, (_, at) => `error ${at}`);
    const result = {
      kind: null,
      errors,
      warnings: [],
      attempts: 1,
      attempt_errors: [],
      output: { text: 'x'.repeat(500) },
      by: null,
    };
    const run = {
      workflowId: 'task_a:20261122',
      id: 'task_a',
      runKey: '20261122',
      status: 'success',
      end: 'completed',
      kind: 'task',
    };
    const times = { started: '2026-11-22T05:00:00Z', closed: '2026-11-22T05:00:01Z', pending: null, params: {}, progress: null };
    const shown = { run: { ...run, ...times, result }, tasks: [], input: null, url: null, lock: null, lockProblem: null };
    const lines = taskLines({ ...shown, orders: { orders: [], complete: true } } as never, { out, zone: 'UTC', now: NOW });
    expect(commandIn(lines)).toBe('daychain show task_a:20261122 --json');
    expect(lines.filter((line) => line.includes('daychain show task_a:20261122 --json')).length).toBeGreaterThan(1);
  });

  it('of a picture of many tasks is told', () => {
    const err = Object.assign(new PassThrough(), { isTTY: true, rows: 10, columns: 100 });
    const view = openProgress(new Output(new PassThrough(), err, false, false), 'UTC', { run: 'wide:20261122', now: () => NOW });
    const tasks = Array.from({ length: 30 }, (_, at) => ({
      task: `task_${at}`,
      status: 'pending',
      phase: 'queued',
      result: null,
    }));
    view.show({ tasks: tasks.map((one) => ({ ...one, started: null, finished: null, pending: null, detail: null })) } as never);
    view.close();
    expect(String(err.read())).toMatch(/… and \d+ more: daychain show wide:20261122/);
  });
});

describe('lists of a project', () => {
  it('show more with the option they name', async () => {
    const first = await said('next', 'paging-one', 'paging-two', '--count', '2');
    expect(first.err).toContain('The next 2 of each; more: daychain next paging-one paging-two --count 8');
    expect(first.out.match(/ paging-(?:one|two) /g)).toHaveLength(4);
    const preview = await said('preview', 'paging-one', '--limit', '3');
    expect(preview.out.match(/^\d{4}-\d\d-\d\d/gm)).toHaveLength(3);
    expect(preview.err).toContain('The first 3 are shown; further ones: the same command with --limit 30');
    const noMore = await said('next', 'paging-one', '--count', '1000');
    expect(noMore.err).not.toContain('more:');
    const status = await said('status', '--limit', '1');
    expect(status.out).toContain('… and 3 more: daychain status --limit 4');
    expect((await said('status', '--limit', '4')).out).not.toContain('… and');
  });

  it.each(['status', 'preview paging-one', 'retries list', 'notices list', 'backfill list', 'history paging-one'])(
    '%s takes no --limit that is none',
    async (words) => {
      const { exit, err } = await said(...words.split(' '), '--limit', '0');
      expect(exit).toBe(2);
      expect(err).toContain('--limit 0: expected a whole number from 1 to');
    },
  );

  it('reads a limit as a whole number', () => {
    expect(readLimit(undefined, 10)).toBeUndefined();
    expect(readLimit('10', 10)).toBe(10);
    for (const bad of ['0', '11', '1.5', '1e1', '-1', '']) expect(() => readLimit(bad, 10)).toThrow('from 1 to 10');
  });
});

async function said(...words: string[]): Promise<{ exit: number; out: string; err: string }> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const exit = await runProgram([...words, '--project', dir], new Output(stdout, stderr, false, false));
  return { exit, out: String(stdout.read() ?? ''), err: String(stderr.read() ?? '') };
}
