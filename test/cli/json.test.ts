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

const acting = (await describeProgram()).filter(({ acts }) => acts);
const document = readFileSync(fileURLToPath(new URL('../../docs/cli-json.md', import.meta.url)), 'utf8');
/** Command → its documented keys. */
const documented = new Map(
  [...document.matchAll(/^\| `([a-z ]+)` +\| (.*?) +\|$/gm)].map(([, command, keys]) => [
    command!,
    [...keys!.split(/;|:/)[0]!.matchAll(/`(\w+)`/g)].map(([, key]) => key!),
  ]),
);
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
  notices: [],
  locks: [],
  'keys list': [],
  doctor: [],
  'at list': [],
  run: ['task_a', '--date', '2026-02-03'],
  'new task': ['task_new'],
  'new chain': ['new-chain'],
  'import crontab': [CRONTAB, '--dry-run'],
  completion: ['bash'],
};

describe('what is answered', () => {
  it.each(Object.entries(CALLS))('daychain %s %j has the documented keys', async (command, words) => {
    const { values } = await answers([...command.split(' '), ...words, '--project', dir, '--json']);
    expect(values).toHaveLength(1);
    expect(Object.keys(values[0] as object).sort()).toEqual([...(documented.get(command) ?? [])].sort());
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
