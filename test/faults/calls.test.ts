import { fork } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import { listCalls } from '../../src/control/calls.js';
import type { CallResult } from '../../src/plan/calls.js';
import { eventually, resultOf, within } from '../support/engine.js';
import { temporalAddress } from '../support/servers.js';
import { projectOfWorkers, type Workers } from './workers.js';

let workers: Workers;
const ledger = () => join(workers.dir, 'ledger');
const lines = () => (existsSync(ledger()) ? readFileSync(ledger(), 'utf8').trim().split('\n') : []);

/** Says what it does, then waits for its gate, then writes its file, whole. */
const GATED = `retries: 4, delay: '300 milliseconds', params: z.object({ name: z.string() }),
  async run({ name }, ctx) {
    const { writeWhole } = await import('daychain/kit');
    const dir = decodeURIComponent(new URL('..', import.meta.url).pathname);
    appendFileSync(dir + 'ledger', name + ' ' + ctx.attempt + ' ' + process.pid + '\\n');
    if (ctx.attempt === 1) throw new Error('not here');
    while (!existsSync(dir + 'gates/' + name)) await new Promise((resolve) => setTimeout(resolve, 20));
    await writeWhole(dir, name + '.txt', 'written by try ' + ctx.attempt);
    return { written: name };
  }`;

beforeAll(async () => {
  workers = await projectOfWorkers({ name: 'fault-calls', retryables: { fc_letter: GATED } });
  writeFileSync(join(workers.dir, '.env'), `TEMPORAL_ADDRESS=${temporalAddress()}\n`);
});

/** A program that calls once and, if it is to, kills itself right after execute has returned. */
async function callFrom(
  args: object,
  die: boolean,
): Promise<{ code: number | null; signal: NodeJS.Signals | null; said: string }> {
  const program = fileURLToPath(new URL('./call-program.ts', import.meta.url));
  const argument = JSON.stringify({ file: join(workers.dir, 'retryables/fc_letter.js'), args, die });
  const child = fork(program, [argument], { execArgv: ['--import', 'tsx'], silent: true });
  let said = '';
  child.stdout!.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  return { ...(await within(60_000, 'the end of the calling program', ended)), said };
}

test('the calling process killed right after execute has returned: the retry happens', async () => {
  writeFileSync(join(workers.dir, 'gates', 'orphan'), '');
  const { signal, said } = await callFrom({ name: 'orphan' }, true);
  expect(signal).toBe('SIGKILL');
  const { workflowId } = JSON.parse(said) as { workflowId: string };
  // Nobody was there to take it up until now.
  expect(lines().filter((line) => line.startsWith('orphan'))).toHaveLength(1);
  const worker = await workers.start();
  const result = await resultOf<CallResult>(workers.client.workflow.getHandle(workflowId));
  expect(result).toMatchObject({ status: 'success', attempts: 2 });
  expect(readFileSync(join(workers.dir, 'orphan.txt'), 'utf8')).toBe('written by try 2');
  worker.process.kill('SIGKILL');
  await worker.ended;
});

test('the worker killed during the retry: the lost try counts, another worker ends it once', async () => {
  const first = await workers.start();
  const { code, said } = await callFrom({ name: 'widow' }, false);
  // The program ends by itself: its connection to Temporal does not keep it.
  expect(code).toBe(0);
  const { workflowId } = JSON.parse(said) as { workflowId: string };
  await eventually('the second try', () => lines().some((line) => line.startsWith('widow 2')));
  first.process.kill('SIGKILL');
  await first.ended;
  expect(existsSync(join(workers.dir, 'widow.txt'))).toBe(false);
  writeFileSync(join(workers.dir, 'gates', 'widow'), '');
  await workers.start();
  const result = await resultOf<CallResult>(workers.client.workflow.getHandle(workflowId), 90_000);
  expect(result).toMatchObject({ status: 'success', attempts: 3, value: { written: 'widow' } });
  expect(result.attempt_errors.map(({ message }) => message)).toEqual([
    'not here',
    expect.stringContaining('the worker was lost'),
  ]);
  expect(readFileSync(join(workers.dir, 'widow.txt'), 'utf8')).toBe('written by try 3');
  expect(lines().filter((line) => line.startsWith('widow'))).toHaveLength(3);
  const server = { client: workers.client, namespace: 'default', taskQueue: workers.taskQueue, by: 'tests' };
  await eventually('no open call', async () => (await listCalls(server)).calls.length === 0);
});
