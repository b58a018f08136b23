import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { enterFolder } from '../../src/kit/sql/pglite-folder.js';
import { TEST_HOME_PREFIX } from '../support/test-homes.js';

let dir: string;
let folder: string;
let other: ChildProcess;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), TEST_HOME_PREFIX));
  folder = join(dir, 'pglite');
  other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
});
afterEach(() => {
  other.kill('SIGKILL');
  rmSync(dir, { recursive: true, force: true });
});

const mark = () => `${folder}.pid`;

test('is this process’s until it leaves, and then anybody’s', async () => {
  const leave = await enterFolder(folder);
  expect(readFileSync(mark(), 'utf8')).toMatch(new RegExp(`^${process.pid} `));
  await expect(enterFolder(folder)).rejects.toThrow('open in this process already');
  await leave();
  expect(existsSync(mark())).toBe(false);
  await (
    await enterFolder(folder)
  )();
});

test('of a process that runs is refused in words', async () => {
  writeFileSync(mark(), `${other.pid} `);
  await expect(enterFolder(folder, 50)).rejects.toThrow(`in use by process ${other.pid}`);
  expect(readFileSync(mark(), 'utf8')).toBe(`${other.pid} `);
});

test('is waited for while its process ends', async () => {
  writeFileSync(mark(), `${other.pid} `);
  const entering = enterFolder(folder, 30_000);
  const ended = once(other, 'exit');
  other.kill('SIGKILL');
  await ended;
  await (
    await entering
  )();
});

test.skipIf(process.platform !== 'linux')('of a process that is gone is free, though another has its number now', async () => {
  writeFileSync(mark(), `${other.pid} 1`);
  await (
    await enterFolder(folder, 50)
  )();
});

test('whose mark was left empty by a process killed as it wrote is free after a moment', async () => {
  writeFileSync(mark(), '');
  const longAgo = new Date(Date.now() - 60_000);
  utimesSync(mark(), longAgo, longAgo);
  await (
    await enterFolder(folder, 1_000)
  )();
});

test('whose mark is being written at this moment is not free', async () => {
  writeFileSync(mark(), '');
  await expect(enterFolder(folder, 50)).rejects.toThrow('in use by a process that has just come');
  expect(existsSync(mark())).toBe(true);
});

test('that cannot be marked is refused for that, and may be entered once it can', async () => {
  folder = join(dir, 'missing', 'pglite');
  await expect(enterFolder(folder, 50)).rejects.toThrow('ENOENT');
  mkdirSync(join(dir, 'missing'));
  await (
    await enterFolder(folder, 50)
  )();
  expect(readdirSync(join(dir, 'missing'))).toEqual([]);
});

test('left by a dead process goes to one of many who come at once', async () => {
  const ended = once(other, 'exit');
  other.kill('SIGKILL');
  await ended;
  writeFileSync(mark(), `${other.pid} 1`);
  const program = `
    import { enterFolder } from ${JSON.stringify(new URL('../../src/kit/sql/pglite-folder.ts', import.meta.url).href)};
    const said = await enterFolder(${JSON.stringify(folder)}, 300).then(() => 'in', (error) => error.message);
    console.log(said);
    await new Promise((resolve) => process.stdin.once('data', resolve));
    process.exit(0);`;
  const many = Array.from({ length: 4 }, () =>
    spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], { stdio: ['pipe', 'pipe', 'inherit'] }),
  );
  const said = await Promise.all(
    many.map(async (one) => {
      const [chunk] = (await once(one.stdout, 'data')) as [Buffer];
      return chunk.toString().trim();
    }),
  );
  for (const one of many) one.kill('SIGKILL');
  expect(said.filter((words) => words === 'in')).toHaveLength(1);
  expect(said.filter((words) => /in use by (?:process \d|a process that has just come)/.test(words))).toHaveLength(3);
});
