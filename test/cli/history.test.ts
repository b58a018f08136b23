/** The built command beside a worker. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { HistoryView } from '../../src/control/history.js';
import { startSlot } from '../../src/control/start-slot.js';
import { shellId } from '../../src/plan/ids.js';
import { syncProject } from '../../src/schedules.js';
import { instantText, localDate } from '../../src/time/zones.js';
import { runDaychain } from '../support/built-command.js';
import { type Engine, eventually, resultOf, startEngine } from '../support/engine.js';
import { quietTime } from '../support/quiet-time.js';
import { temporalNamespace } from '../support/servers.js';

const today = localDate(Date.now(), 'UTC');

let engine: Engine;

beforeAll(async () => {
  engine = await startEngine({
    name: 'told',
    timezone: 'UTC',
    tasks: { hi_a: `{ run() {} }` },
    chains: { 'hi-chain': { schedule: { daily: quietTime('UTC') }, catchUp: 'none', tasks: { hi_a: [] } } },
  });
  const server = { client: engine.client, namespace: temporalNamespace(), taskQueue: engine.taskQueue, by: 'test' };
  await syncProject(server, engine.registry);
  await resultOf(await engine.startChain({ chain: 'hi-chain', date: today }));
});
afterAll(async () => {
  await engine.client.schedule.getHandle('hi-chain').delete();
});

const daychain = (...words: string[]) => runDaychain(engine.dir, words);

describe('daychain history', () => {
  test('shows what ran, as words and as JSON', async () => {
    const words = await eventually('the run in the list', async () => {
      const answer = await daychain('history', 'hi-chain');
      return /✓ succeeded .*by hand/.test(answer.stdout) ? answer : null;
    });
    expect(words).toMatchObject({ exit: 0, stderr: '' });
    expect(words.stdout).toMatch(/^hi-chain · UTC · \S+ to \S+\n {2}today +✓ succeeded in .+, by hand\n$/);
    const { exit, stdout } = await daychain('history', 'hi-chain', '--from', 'today', '--to', 'today', '--limit', '1', '--json');
    expect(exit).toBe(0);
    const view = JSON.parse(stdout) as HistoryView;
    expect(view).toMatchObject({
      id: 'hi-chain',
      from: today,
      to: today,
      leftOut: 0,
      schedule: { paused: false, keyedBy: 'date' },
    });
    expect(view.lines).toMatchObject([{ slot: null, runKey: today, end: 'run', run: { status: 'success' }, command: null }]);
  });

  test.each([
    [['hi-chian'], /Did you mean hi-chain\?/],
    [['hi_a'], /hi_a is a task without a schedule of its own.*\nIt runs in a chain: daychain history hi-chain/],
    [['hi-chain', '--from', 'soon'], /"soon" is no date/],
    [['hi-chain', '--from', 'today', '--to', 'yesterday'], /lies after/],
    [['hi-chain', '--limit', '0'], /--limit 0: expected a whole number from 1 to 1,000/],
  ])('refuses %j in words', async (words, message) => {
    const { exit, stderr } = await daychain('history', ...words);
    expect(exit).toBe(2);
    expect(stderr).toMatch(message);
  });
});

test('daychain show tells of a shell why it left its slot out', async () => {
  // The newest slot of a rule of its own, an hour late.
  const slot = instantText(Math.floor(Date.now() / 3_600_000 - 1) * 3_600_000);
  const rule = { schedule: { cron: '0 * * * *' }, timezone: 'UTC', since: '2026-01-01T00:00:00Z' };
  await engine.client.schedule.getHandle('hi-chain').delete();
  await startSlot(engine, { chain: 'hi-chain', slot, rule });
  const id = shellId('hi-chain', slot);
  expect(await resultOf<unknown>(engine.client.workflow.getHandle(id))).toMatchObject({ kind: 'misfired' });
  const { exit, stdout } = await daychain('show', id);
  expect(exit).toBe(0);
  expect(stdout).toMatch(/, a shell skipped \(misfired\) in /);
  expect(stdout).toMatch(/reason +would begin .* after its time, and catchUp is none/);
  await syncProject(
    { client: engine.client, namespace: temporalNamespace(), taskQueue: engine.taskQueue, by: 'test' },
    engine.registry,
  );
});
