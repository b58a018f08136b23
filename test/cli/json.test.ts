/** `--json`: one value on stdout, of the keys that docs/cli-json.md names; and what a reader that leaves early gets. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { describeProgram } from '../../src/cli/described.js';
import { Output } from '../../src/cli/output.js';
import { runProgram } from '../../src/cli/run-program.js';
import { BIN, plainEnvironment, userFolder } from '../support/daychain.js';
import { redisPort, temporalAddress } from '../support/servers.js';
import { documentedCommands, documentedKeys } from './json-document.js';

const acting = (await describeProgram()).filter(({ acts }) => acts);
let dir: string;

beforeAll(() => {
  const task = `import { defineTask } from 'daychain';\nexport default defineTask({ run: () => ({}) });\n`;
  dir = userFolder({
    '.env': `TEMPORAL_ADDRESS=${temporalAddress()}\nREDIS_HOST=127.0.0.1\nREDIS_PORT=${redisPort()}\n`,
    'daychain.config.js': `import { defineProject } from 'daychain';\nexport default defineProject({ name: 'json-test' });\n`,
    'tasks/task_a.js': task,
    'chains/json-daily.js': `import { defineChain } from 'daychain';\nexport default defineChain({ schedule: { daily: '06:00' }, tasks: { task_a: [] } });\n`,
  }).dir;
});

describe('what is refused', () => {
  it.each(acting.map(({ path }) => [path]))('daychain %s --no-such-option --json answers one error', async (path) => {
    const { exit, values } = await answers([...path.split(' '), '--no-such-option', '--json']);
    expect(exit).toBe(2);
    expect(values).toMatchObject([{ error: { kind: 'bad_input', message: expect.stringContaining('--no-such-option') } }]);
  });
});

/** As good as any crontab: no line of it is a job. */
const CRONTAB = fileURLToPath(new URL('../../.gitignore', import.meta.url));

const CALLS: Record<string, string[]> = {
  check: [],
  list: [],
  sync: ['--dry-run'],
  status: [],
  next: [],
  preview: ['json-daily'],
  plan: ['json-daily'],
  graph: ['json-daily'],
  history: ['json-daily'],
  stats: [],
  why: ['task_a', '2026-02-03'],
  'retries list': [],
  'notices list': [],
  locks: [],
  'keys list': [],
  doctor: [],
  'at list': [],
  run: ['task_a', '--date', '2025-07-19'],
  'new task': ['task_new'],
  'new chain': ['new-chain'],
  'import crontab': [CRONTAB, '--dry-run'],
  completion: ['bash'],
};

describe('what is answered', () => {
  it.each(Object.entries(CALLS))('daychain %s %j has the documented keys', async (command, words) => {
    const { values } = await answers([...command.split(' '), ...words, '--project', dir, '--json']);
    expect(values).toHaveLength(1);
    expect(Object.keys(values[0] as object).sort()).toEqual([...documentedKeys(command).always].sort());
  });
});

/** Commands that only do something by a subcommand that may be left out. */
const BY_SUBCOMMAND = ['retries', 'notices', 'keys'];
/** Commands whose answers other tests read: they stay, or write line by line. */
const READ_ELSEWHERE: Record<string, string> = {
  up: 'up.test.ts',
  worker: 'up.test.ts',
  web: '../web/process.test.ts',
  logs: 'logs.test.ts',
  'new project': 'scaffold.test.ts',
};

describe('docs/cli-json.md', () => {
  const names = acting.map(({ path }) => path).filter((path) => !BY_SUBCOMMAND.includes(path));

  it('names the keys of every command, and of none that is gone', () => {
    expect([...documentedCommands].sort()).toEqual([...names].sort());
  });

  it('is held against an answer of every command', () => {
    const read = (file: string) => readFileSync(new URL(file, import.meta.url), 'utf8');
    const withRuns = read('./json-runs.test.ts');
    for (const name of names.filter((path) => !(path in CALLS) && !withRuns.includes(`['${path}'`))) {
      expect(read(`./${READ_ELSEWHERE[name]}`), name).toContain(name.split(' ').at(-1));
    }
  });
});

describe('a reader that leaves early', () => {
  it.each(['list', 'list --json', '--help'])('ends daychain %s quietly', (words) => {
    const script = `"${process.execPath}" "${BIN}" ${words} --project "${dir}" | head -n 1 > /dev/null; echo "$(echo \${PIPESTATUS[0]})"`;
    expect(execFileSync('bash', ['-c', script], { cwd: dir, env: plainEnvironment(), encoding: 'utf8' }).trim()).toBe('0');
  });
});

/** The JSON values on stdout, one after the other. */
async function answers(argv: string[]): Promise<{ exit: number; values: unknown[] }> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  let text = '';
  stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  stderr.resume();
  const exit = await runProgram(argv, new Output(stdout, stderr, true, false));
  const values: unknown[] = text.trim() === '' ? [] : [JSON.parse(text)];
  return { exit, values };
}
