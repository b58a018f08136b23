/** The four examples beside each other on one server and one Redis: every task by the command line, offline, on sample data. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { runDaychain } from '../support/built-command.js';
import { openExample, type Example } from '../support/example.js';
import { redisPort, temporalAddress, temporalNamespace } from '../support/servers.js';

const DATE = '20260421';
const EXAMPLES = join(import.meta.dirname, '../../examples');
const NAMES = ['civic', 'leads', 'component', 'compliance'] as const;
/** Opening PGlite may keep a busy machine's loop for seconds. */
const PACE = { heartbeatMs: 15_000, retryDelayMs: 1_000 };
/** What the library's own connections find: those of retryables. */
const SERVERS = {
  TEMPORAL_ADDRESS: temporalAddress(),
  TEMPORAL_NAMESPACE: temporalNamespace(),
  REDIS_HOST: '127.0.0.1',
  REDIS_PORT: String(redisPort()),
};

const open = new Map<string, Example>();
beforeAll(async () => {
  for (const name of NAMES) open.set(name, await openExample(name, SERVERS, PACE));
  await Promise.all([...open.values()].map((example) => example.start()));
});

/** Those of civic that others build on come first. */
const FIRST = ['task_firecrawl', 'task_contributions_analysis', 'task_rag_indexing'];
const tasksOf = (name: string): string[] => {
  const tasks = readdirSync(join(EXAMPLES, name, 'tasks')).map((file) => file.replace(/\.ts$/, ''));
  return [...FIRST.filter((task) => tasks.includes(task)), ...tasks.filter((task) => !FIRST.includes(task))];
};

test('each passes its check, and no two have an id in common', async () => {
  const ids: string[] = [];
  for (const name of NAMES) {
    const { exit, stdout } = await runDaychain(join(EXAMPLES, name), ['list', '--json']);
    expect(exit).toBe(0);
    expect(await runDaychain(join(EXAMPLES, name), ['check'])).toMatchObject({ exit: 0 });
    const { chains, tasks, retryables } = JSON.parse(stdout) as Record<'chains' | 'tasks' | 'retryables', { id: string }[]>;
    ids.push(...[chains, tasks, retryables].flat().map(({ id }) => id));
  }
  expect(ids.length).toBeGreaterThan(90);
  expect(new Set(ids).size).toBe(ids.length);
});

describe.each(NAMES)('of %s', (name) => {
  test.for(tasksOf(name))('%s runs for a date, is done the second time, and runs again by force', async (task) => {
    const example = open.get(name)!;
    const words = ['run', task, '--date', DATE, '--wait'];
    // How busy the machine is decides whether the backup is postponed, and a forced run does not ask.
    if (task !== 'task_database_backup') {
      const first = await example.daychain(...words);
      expect(first, first.stdout + first.stderr).toMatchObject({ exit: 0 });
      const second = await example.daychain('run', task, '--date', DATE);
      expect(second).toMatchObject({ exit: 0, stdout: expect.stringContaining('is done already') as string });
    }
    const forced = await example.daychain(...words, '--force', '--reason', 'tried by a test');
    expect(forced, forced.stdout + forced.stderr).toMatchObject({ exit: 0 });
  });
});
