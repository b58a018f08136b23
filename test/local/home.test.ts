import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { isAbandoned, openHome } from '../../src/local/home.js';
import { isAlive, markOf, stopProcess } from '../../src/local/process-mark.js';
import { readMark, SERVER_NAMES } from '../../src/local/server-process.js';
import { readLastState, readState } from '../../src/local/state.js';
import { temporaryFolder } from '../support/servers.js';

const user = { project: 'civic', projectDir: '/srv/civic' };

test('a folder is made, kept out of version control, and owned', async () => {
  const dir = join(temporaryFolder(), 'a folder', '.daychain');
  const { home } = await opened(dir);
  expect(readFileSync(join(dir, '.gitignore'), 'utf8')).toBe('*\n');
  expect(home).toMatchObject({ dir, orphansStopped: [], owner: { ...user, process: { pid: process.pid } } });
});

test('a second one is told who holds the folder, and gets it when that one has closed', async () => {
  const dir = temporaryFolder();
  const first = await opened(dir);
  expect(await openHome(dir, user)).toMatchObject({
    opened: false,
    owner: { ...user, process: { pid: process.pid } },
    state: null,
  });
  first.home.close();
  expect(isAbandoned(dir)).toBe(false);
  await opened(dir);
});

test('the state is there while its owner lives, and gone when it closes', async () => {
  const dir = temporaryFolder();
  const { home } = await opened(dir);
  const state = { ...user, up: home.owner.process, since: '2026-02-03T05:00:00Z', temporal: null, redis: null, worker: null };
  home.writeState(state);
  expect(readState(dir)).toEqual(state);
  expect(await openHome(dir, user)).toMatchObject({ opened: false, state });
  home.close();
  expect(readState(dir)).toBeNull();
});

test('of many processes that want a folder at the same moment one gets it', async () => {
  const dir = temporaryFolder();
  const answers = await Promise.all(Array.from({ length: 6 }, () => startOwner(dir)));
  const winners = answers.filter(({ said }) => said.opened);
  expect(winners).toHaveLength(1);
  for (const { said } of answers.filter((answer) => !answer.said.opened)) expect(said.owner).toBe(winners[0]?.child.pid);
});

test('of many processes that want the folder of a killed owner at the same moment one gets it', async () => {
  const dir = temporaryFolder();
  await kill(await startOwner(dir));
  expect(isAbandoned(dir)).toBe(true);
  const answers = await Promise.all(Array.from({ length: 6 }, () => startOwner(dir)));
  expect(answers.filter(({ said }) => said.opened)).toHaveLength(1);
});

test('within one process, too, only one of many takes over from a killed owner', async () => {
  const dir = temporaryFolder();
  await kill(await startOwner(dir));
  const answers = await Promise.all(Array.from({ length: 20 }, () => openHome(dir, user)));
  expect(answers.filter((answer) => answer.opened)).toHaveLength(1);
});

test('worker and servers of a killed owner are stopped before the next one starts', async () => {
  const dir = temporaryFolder();
  const owner = await startOwner(dir, 'worker');
  const marks = owner.said.pids.map((pid) => markOf(pid));
  expect(marks.length).toBeGreaterThanOrEqual(2);
  expect(readState(dir)).not.toBeNull();
  await kill(owner);
  expect(readState(dir)).toBeNull();
  expect(readLastState(dir)?.worker).not.toBeNull();
  for (const mark of marks) expect(mark !== null && isAlive(mark)).toBe(true);

  const { home } = await opened(dir);
  expect(home.orphansStopped).toEqual(expect.arrayContaining([expect.stringMatching(/^temporal \(pid \d+\)$/)]));
  expect(home.orphansStopped).toHaveLength(marks.length);
  for (const mark of marks) expect(mark !== null && isAlive(mark)).toBe(false);
  for (const name of SERVER_NAMES) expect(readMark(dir, name)).toBeNull();
});

test('a process that has got the pid of a dead server is left alone', async () => {
  const dir = temporaryFolder();
  const bystander = spawn('sleep', ['600'], { stdio: 'ignore' });
  onTestFinished(() => void bystander.kill('SIGKILL'));
  const pid = bystander.pid ?? 0;
  writeFileSync(join(dir, 'temporal.process.json'), JSON.stringify({ pid, started: 'long ago' }));
  const { home } = await opened(dir);
  expect(home.orphansStopped).toEqual([]);
  expect(markOf(pid)).not.toBeNull();
});

test('a folder that cannot be made is named', async () => {
  const file = join(temporaryFolder(), 'file');
  writeFileSync(file, '');
  await expect(openHome(join(file, '.daychain'), user)).rejects.toThrow(
    /The folder for data, .*file\/\.daychain, cannot be written/,
  );
});

test('a process that ignores SIGTERM is killed, and is gone when that is said', async () => {
  const child = spawn(process.execPath, [
    '-e',
    "process.on('SIGTERM', () => {}); console.log('ready'); setInterval(() => {}, 60000)",
  ]);
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  const mark = markOf(child.pid ?? 0);
  if (mark === null) throw new Error('the child is not running');
  const exit = once(child, 'exit');
  await stopProcess(mark, 100);
  expect(isAlive(mark)).toBe(false);
  expect((await exit)[1]).toBe('SIGKILL');
});

async function opened(dir: string) {
  mkdirSync(dir, { recursive: true });
  const answer = await openHome(dir, user);
  if (!answer.opened) throw new Error(`the folder is owned by process ${answer.owner.process.pid}`);
  return answer;
}

interface Owner {
  child: ChildProcess;
  said: { opened: boolean; owner?: number; orphansStopped?: string[]; pids: number[] };
}

/** Starts a process that takes the folder; whatever it leaves running is stopped after the test. */
async function startOwner(dir: string, what = ''): Promise<Owner> {
  const program = fileURLToPath(new URL('owner-program.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', program, dir, what], { stdio: ['ignore', 'pipe', 'inherit'] });
  const started: number[] = [];
  onTestFinished(async () => {
    child.kill('SIGKILL');
    for (const mark of [...SERVER_NAMES.map((name) => readMark(dir, name)), ...started.map(markOf)]) {
      if (mark !== null) await stopProcess(mark);
    }
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const said = JSON.parse(line) as Owner['said'];
    if (said.opened) started.push(...said.pids);
    return { child, said };
  }
  throw new Error('the owner process ended without a word');
}

async function kill({ child }: Owner): Promise<void> {
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  expect((await exit)[1]).toBe('SIGKILL');
}
