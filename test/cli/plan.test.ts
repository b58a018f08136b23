/** The built command, as a user has it: without a project, without a server. */
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { PROCESS_MS } from '../support/patience.js';
import { temporaryFolder } from '../support/servers.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const BIN = join(ROOT, 'bin/daychain.js');
const TASKS = { report: ['check', 'index'], crawl: [], check: ['crawl'], index: { dependsOn: ['crawl'], runWhen: 'all_done' } };

interface Answer {
  exit: number;
  stdout: string;
  stderr: string;
}

/** Runs it in an empty folder that holds `chain.json`; `stdin` is given to it. */
function plan(
  words: string[],
  files: { chain?: string; stdin?: string; cwd?: string; nodeOptions?: string } = {},
): Promise<Answer> {
  const cwd = files.cwd ?? temporaryFolder();
  if (files.chain !== undefined) writeFileSync(join(cwd, 'chain.json'), files.chain);
  const env = { PATH: process.env.PATH, NODE_OPTIONS: files.nodeOptions ?? '' };
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [BIN, 'plan', ...words],
      { cwd, env, timeout: PROCESS_MS, maxBuffer: 64 << 20 },
      (error, stdout, stderr) => {
        resolve({ exit: error === null ? 0 : typeof error.code === 'number' ? error.code : -1, stdout, stderr });
      },
    );
    child.stdin!.on('error', () => {}).end(files.stdin ?? '');
  });
}
const ofFile = (chain: unknown, ...words: string[]) =>
  plan(['--file', 'chain.json', ...words], { chain: typeof chain === 'string' ? chain : JSON.stringify(chain) });

describe('daychain plan of a file', () => {
  test('tells the groups that may run at once', async () => {
    expect(await ofFile({ tasks: TASKS })).toEqual({
      exit: 0,
      stderr: '',
      stdout:
        'chain.json: 4 tasks in 3 groups; what stands in one line may run at once\n  1  crawl\n  2  check, index\n  3  report\n',
    });
    const { stdout } = await ofFile({ tasks: TASKS }, '--json');
    expect(JSON.parse(stdout)).toEqual({ order: [['crawl'], ['check', 'index'], ['report']] });
  });

  test('with outcomes tells what each other task would do, and why', async () => {
    const outcomes = ['--outcomes', '{"crawl": "failed"}'];
    expect((await ofFile({ tasks: TASKS }, ...outcomes)).stdout).toBe(
      [
        'chain.json: 1 of 3 tasks without an outcome may run now',
        '  report   wait              until it is known how index (run) ends',
        '  check    upstream_failed   runWhen all_success: crawl failed',
        '  index    run               runWhen all_done: crawl failed',
        '',
      ].join('\n'),
    );
    const { stdout } = await ofFile({ tasks: TASKS }, ...outcomes, '--json');
    expect(JSON.parse(stdout)).toEqual({ decisions: { report: 'wait', check: 'upstream_failed', index: 'run' } });
    const none = await ofFile({ tasks: TASKS }, '--outcomes', '{}', '--json');
    expect(JSON.parse(none.stdout)).toEqual({ decisions: { report: 'wait', crawl: 'run', check: 'wait', index: 'wait' } });
  });

  test('reads it from standard input', async () => {
    const { stdout } = await plan(['--file', '-', '--json'], { stdin: '{"tasks": {"b": ["a"], "a": []}}' });
    expect(JSON.parse(stdout)).toEqual({ order: [['a'], ['b']] });
  });

  test('is as deep as a chain may be', async () => {
    const tasks = Object.fromEntries(Array.from({ length: 2_000 }, (_, n) => [`t${n}`, n === 0 ? [] : [`t${n - 1}`]]));
    const { stdout } = await ofFile({ tasks }, '--outcomes', '{"t0": "failed"}', '--json');
    expect((JSON.parse(stdout) as { decisions: Record<string, string> }).decisions.t1999).toBe('upstream_failed');
  });

  test.each<[unknown, string[], string]>([
    ['{"tasks": {"a": [], "b": ["a"], "a": ["b"]}}', [], 'chain.json: "tasks.a" stands twice, at column 12 and at column 33.'],
    ['{"tasks": ', [], 'chain.json is no JSON'],
    [{ tasks: { a: ['b'], b: ['a'] } }, [], 'tasks: tasks wait for each other in a circle: a → b → a.'],
    [{ tasks: { a: { runWhen: 'all_done' } } }, [], 'tasks.a.runWhen "all_done": has nothing to judge'],
    ['{"tasks": {"__proto__": []}}', [], 'tasks.__proto__: "__proto__" is no id'],
    [{ tasks: { crawl: [] } }, ['--outcomes', '{"crwl": "success"}'], '"crwl" is no task of this chain. Did you mean crawl?'],
    [{ tasks: { crawl: [] } }, ['--outcomes', '{"crawl": "sucess"}'], 'Did you mean success?'],
    [{ tasks: { crawl: [] } }, ['--outcomes', '{"crawl": "failed", "crawl": "success"}'], '--outcomes: "crawl" stands twice'],
    [{ tasks: { crawl: [] } }, ['--outcomes', 'success'], '--outcomes is no JSON'],
    [{ tasks: { crawl: [] } }, ['--batch', '-'], '--file and --batch exclude each other'],
  ])('%j %j is refused: exit 2, in words on stderr', async (chain, words, said) => {
    const refused = await ofFile(chain, ...words);
    expect(refused).toMatchObject({ exit: 2, stdout: '' });
    expect(refused.stderr.replaceAll(/\n(?!$)/g, ' ')).toContain(said);
    for (const line of refused.stderr.split('\n')) expect([...line].length).toBeLessThanOrEqual(100);
  });

  test('that is named nowhere, or not there, is refused', async () => {
    expect(await plan([])).toMatchObject({ exit: 2, stderr: expect.stringContaining('Which chain?') as unknown });
    expect(await plan(['--file', 'nowhere.json'])).toMatchObject({
      exit: 2,
      stderr: '--file nowhere.json cannot be read: there is no such file.\n',
    });
    expect(await plan(['--batch', '-', '--outcomes', '{}'])).toMatchObject({ exit: 2 });
  });
});

describe('daychain plan of a chain of the project', () => {
  const civic = join(ROOT, 'examples/civic');
  test('reads the project', async () => {
    const { stdout, exit } = await plan(['daily-chain', '--json'], { cwd: civic });
    expect(exit).toBe(0);
    expect((JSON.parse(stdout) as { order: string[][] }).order.flat()).toContain('task_report_generation');
  });
  test.each([
    ['daly-chain', 'Did you mean daily-chain?'],
    ['task_firecrawl', '"task_firecrawl" is a task, not a chain.'],
  ])('refuses %s', async (id, said) => {
    expect(await plan([id], { cwd: civic })).toMatchObject({ exit: 2, stderr: expect.stringContaining(said) as unknown });
  });
});

describe('daychain plan --batch', () => {
  test('answers lines in their order, orders and decisions, and refusals by field', async () => {
    const lines = [
      { id: 1, chain: { tasks: TASKS } },
      { id: 'two', chain: { tasks: TASKS }, outcomes: { crawl: 'success' } },
      { id: 3, chain: { tasks: { a: ['b'] } } },
      { id: 4, chain: { tasks: { a: [] } }, outcomes: { a: 'done' } },
      { id: 5, chain: { tasks: { a: [] } }, outcome: {} },
      { id: 6 },
      { id: 7, chain: null },
    ].map((one) => JSON.stringify(one));
    const { exit, stdout, stderr } = await plan(['--batch', '-'], {
      stdin: [...lines, '{"id":8,"chain":{"tasks":{"a":[],"a":[]}}}'].join('\n'),
    });
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' });
    const answers = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    expect(answers).toEqual([
      { id: 1, order: [['crawl'], ['check', 'index'], ['report']] },
      { id: 'two', decisions: { report: 'wait', check: 'run', index: 'run' } },
      { id: 3, error: 'chain.tasks.a.dependsOn: "b" is no task of this project.' },
      { id: 4, error: expect.stringMatching(/^outcomes\.a: "done" is not possible; there are success,/) as unknown },
      { id: 5, error: 'outcome: "outcome" is not known here; there are id, chain, outcomes.' },
      { id: 6, error: expect.stringMatching(/^chain: is missing/) as unknown },
      { id: 7, error: expect.stringMatching(/^chain: null stands where an object belongs/) as unknown },
      {
        id: 8,
        error: expect.stringMatching(/^line 8: "chain\.tasks\.a" stands twice, at column \d+ and at column \d+/) as unknown,
      },
    ]);
  });

  test("answers thousands, and loads no server's client for it", async () => {
    const spy = join(temporaryFolder(), 'spy.mjs');
    writeFileSync(
      spy,
      `import Module from 'node:module';\nprocess.on('exit', () => process.stderr.write(Object.keys(Module._cache).filter((name) => name.includes('@temporalio')).join('\\n')));\n`,
    );
    const stdin = Array.from({ length: 10_000 }, (_, id) =>
      JSON.stringify({ id, chain: { tasks: TASKS }, outcomes: { crawl: 'success' } }),
    ).join('\n');
    const { exit, stdout, stderr } = await plan(['--batch', '-'], { stdin, nodeOptions: `--import ${spy}` });
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' });
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => (JSON.parse(line) as { id: number }).id),
    ).toEqual([...Array(10_000).keys()]);
  });
});
