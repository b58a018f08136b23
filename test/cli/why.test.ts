/** The command, asked why in every situation there is. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { WhyView } from '../../src/control/why-view.js';
import { refusalOf } from '../support/command-lines.js';
import { commandEnvironment, runDaychain } from '../support/built-command.js';
import { type Engine, startEngine } from '../support/engine.js';
import { askInProcess } from '../support/in-process.js';
import { afterwards } from '../support/servers.js';
import { whySituations } from '../support/why-situations.js';

const { project, situations, cleanUp } = whySituations('wc');
let engine: Engine;

beforeAll(async () => {
  engine = await startEngine(project);
  afterwards(() => cleanUp(engine));
  Object.assign(process.env, commandEnvironment());
});
afterAll(() => {
  for (const name of ['TEMPORAL_ADDRESS', 'TEMPORAL_NAMESPACE', 'REDIS_HOST', 'REDIS_PORT']) delete process.env[name];
});

const UNKNOWN = ['no_such_task', 'no_slot'];

describe('daychain why of', () => {
  test.each(situations.filter(({ withoutWorker }) => !withoutWorker).map((one) => [one.name, one] as const))(
    '%s',
    async (_, { arrange, cause, says }) => {
      const { task, runKey } = await arrange(engine);
      const { exit, stdout } = await askInProcess(engine.dir, ['why', task, runKey]);
      expect(exit).toBe(UNKNOWN.includes(cause) ? 2 : 0);
      const [sentence = ''] = stdout.split(/\n(?= {2}|\n|$)/);
      expect(sentence.replaceAll('\n', ' ')).toMatch(says ?? /./);
      const [told = '', commands = ''] = stdout.split('\n\n');
      for (const line of told.split('\n')) expect(line.length, line).toBeLessThanOrEqual(100);
      for (const line of commands.split('\n').filter(Boolean)) {
        expect(line).toMatch(/^\S.*: +(?:daychain|temporal) /);
        const [, ours] = /: +(daychain .*)$/.exec(line) ?? [];
        if (ours !== undefined) expect(await refusalOf(ours)).toBeNull();
      }
      // All of this without anything of our own on this machine.
      expect(existsSync(join(engine.dir, '.daychain'))).toBe(false);
    },
  );

  test('a task with nobody to work on it', async () => {
    const alone = whySituations('wd');
    const left = await startEngine({ ...alone.project, worker: false });
    const { task, runKey } = await alone.situations.find(({ withoutWorker }) => withoutWorker)!.arrange(left);
    const { exit, stdout } = await runDaychain(left.dir, ['why', `${task}:${runKey}`]);
    expect(exit).toBe(0);
    expect(stdout).toContain('no worker polls its queue "wd-why"');
    expect(stdout).toContain('daychain up');
  });
});

describe('daychain why', () => {
  const find = (name: string) => situations.find((one) => one.name === name)!;

  test('answers programs in a shape of its own', async () => {
    const { task, runKey } = await find('a task that failed').arrange(engine);
    const { stdout } = await runDaychain(engine.dir, ['why', task, runKey, '--json']);
    const view = JSON.parse(stdout) as WhyView;
    expect(Object.keys(view)).toEqual([
      'task',
      'date',
      'runKey',
      'timezone',
      'run',
      'chain',
      'cause',
      'sentence',
      'details',
      'commands',
      'at',
    ]);
    expect(view).toMatchObject({ task, date: runKey, runKey, timezone: 'UTC', run: `${task}:${runKey}`, chain: 'wc-fails' });
    expect(view.details).toContainEqual({
      label: 'held up',
      text: 'wc_below did not run (upstream_failed) and wc_anyway ran anyway (all_done)',
    });
    expect(view.commands[0]).toEqual({ text: 'Run it again', command: `daychain rerun wc-fails:${runKey}` });
  });

  test('says that a lock cannot be read, and answers all the same', async () => {
    const { task, runKey } = await find('a task whose lock a stranger has').arrange(engine);
    const { exit, stdout } = await runDaychain(engine.dir, ['why', task, runKey], { REDIS_PORT: '1' });
    expect(exit).toBe(0);
    expect(stdout).toMatch(/waits for its lock, which could not be read: Redis for locks/);
  });

  test('that cannot reach Temporal says where it looked', async () => {
    const { exit, stderr } = await runDaychain(engine.dir, ['why', 'wc_ok', 'today'], { TEMPORAL_ADDRESS: '127.0.0.1:1' });
    expect(exit).toBe(3);
    expect(stderr).toContain('127.0.0.1:1');
  });

  test.each([
    [['wc_ok', 'soon'], /"soon" is no date/],
    [['wc_ok:20260203', 'today'], /has its date already/],
    [['wc_ok', 'today', '--chain', 'wc-nowhere'], /does not stand in a chain "wc-nowhere"/],
  ])('refuses %j', async (words, says) => {
    const { exit, stderr } = await runDaychain(engine.dir, ['why', ...words]);
    expect(exit).toBe(2);
    expect(stderr).toMatch(says);
  });
});
