import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { test, expect } from 'vitest';
import { markOf } from '../../src/local/process-mark.js';
import { eventually, within } from '../support/engine.js';
import { afterwards } from '../support/servers.js';

const PROGRAM = `
import { defineChain } from 'daychain';
import { testChain } from 'daychain/testing';
const waits = () => { console.log('begun'); return new Promise(() => setInterval(() => {}, 1000)); };
await testChain(defineChain({ tasks: { a: [] } }), { tasks: { a: waits } });
`;

test('the test server ends with the process whose tests it serves, also where that is killed', async () => {
  const child = spawn(process.execPath, ['--input-type=module', '-e', PROGRAM], { stdio: ['ignore', 'pipe', 'inherit'] });
  afterwards(() => child.kill('SIGKILL'));
  await within(60_000, 'the body begins', once(child.stdout, 'data'));
  const servers = descendants(child.pid!).filter(({ args }) => args.includes('temporal-test-server'));
  expect(servers.length).toBeGreaterThan(0);
  child.kill('SIGKILL');
  await eventually('its server is gone', () => servers.every(({ pid }) => markOf(pid) === null), 60_000);
});

function descendants(of: number): { pid: number; args: string }[] {
  const all = process.platform === 'linux' ? processesByProc() : processesByPs();
  const below = (pid: number): typeof all =>
    all.filter(({ parent }) => parent === pid).flatMap((one) => [one, ...below(one.pid)]);
  return below(of);
}

interface Listed {
  pid: number;
  parent: number;
  args: string;
}

/** Of Linux, where `ps` may be missing. */
function processesByProc(): Listed[] {
  return readdirSync('/proc').flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return [];
    try {
      const status = readFileSync(`/proc/${pid}/status`, 'utf8');
      const args = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      return [{ pid: Number(pid), parent: Number(/^PPid:\s*(\d+)$/m.exec(status)![1]), args }];
    } catch {
      return []; // it has ended meanwhile
    }
  });
}

function processesByPs(): Listed[] {
  return execFileSync('ps', ['-eo', 'pid=,ppid=,args='], { encoding: 'utf8' })
    .split('\n')
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line))
    .filter((found) => found !== null)
    .map(([, pid, parent, args]) => ({ pid: Number(pid), parent: Number(parent), args: args! }));
}
