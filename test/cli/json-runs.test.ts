/** `--json` of the commands that need runs: one value on stdout, of the keys that docs/cli-json.md names. */
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Output } from '../../src/cli/output.js';
import { runProgram } from '../../src/cli/run-program.js';
import { startCall } from '../../src/control/keep-call.js';
import { type Engine, eventually, startEngine } from '../support/engine.js';
import { redisPort, temporalAddress } from '../support/servers.js';
import { documentedKeys } from './json-document.js';

const mark = randomUUID().slice(0, 8);
const [good, flaky, chain] = [`good_${mark}`, `flaky_${mark}`, `chain-${mark}`];
let engine: Engine;

beforeAll(async () => {
  engine = await startEngine({
    name: `json-runs-${mark}`,
    config: `notices: [{ name: 'ops', on: ['failure'], to: { webhook: { url: { env: 'NOWHERE' } } } }]`,
    tasks: {
      [good]: `{ run: () => ({}) }`,
      [flaky]: `{ retry: { retries: 5, delay: '1 hour' }, run() { throw new TaskError('not today'); } }`,
    },
    chains: { [chain]: { schedule: { daily: '06:00' }, tasks: { [good]: [] } } },
  });
  writeFileSync(
    join(engine.dir, '.env'),
    `TEMPORAL_ADDRESS=${temporalAddress()}\nREDIS_HOST=127.0.0.1\nREDIS_PORT=${redisPort()}\n`,
  );
});

afterAll(async () => {
  await engine.client.schedule.getHandle(chain).delete();
});

const BACKFILL = `backfill:${flaky}:20261112-20261113`;

/** A call that waits for its second try. */
const CALL = `call_${mark}:0123456789abcdef`;

/** State of an attempt that is not under way. */
const SCHEDULED = 1;

/** Command → its words, in the order in which they make sense. */
const CALLS: [command: string, ...words: string[]][] = [
  ['sync'],
  ['run', chain, '--date', '2026-03-01', '--wait'],
  ['run', good, '--date', '2026-03-02'],
  ['show', chain, '20260301'],
  ['show', good, '20260301'],
  ['rerun', `${chain}:20260301`],
  ['rerun', `${chain}:20260301`, '--all', '--reason', 'a test', '--wait'],
  ['why', good, '2026-03-01'],
  ['graph', chain, '--run', `${chain}:20260301`],
  ['pause', chain, '--reason', 'a test'],
  ['resume', chain],
  ['skip', good, '20260303', '--reason', 'a test'],
  ['hold', good, '20260304', '--reason', 'a test'],
  ['release', good, '20260304'],
  ['run', flaky, '--date', '2026-03-05'],
  ['retry', flaky, '20260305'],
  ['retries now', `${flaky}:20260305`],
  ['retries cancel', `${flaky}:20260305`, '--reason', 'a test'],
  ['retries show', CALL],
  ['run', flaky, '--date', '2026-03-06'],
  ['cancel', flaky, '20260306', '--reason', 'a test'],
  ['unlock', good, '2026-03-07'],
  ['unlock', `printer-${mark}`, '--shared', '--reason', 'a test'],
  ['keys delete', '--task', good],
  ['cleanup', '--dry-run'],
  ['at', '2099-03-01T08:00', good, '--id', `shot-${mark}`],
  ['at hold', `shot-${mark}`],
  ['at release', `shot-${mark}`],
  ['at cancel', `shot-${mark}`, '--reason', 'a test'],
  ['backfill', chain, '2026-11-10', '2026-11-11', '--dry-run', '--beyond-retention'],
  ['backfill', flaky, '2026-11-12', '2026-11-13', '--yes', '--beyond-retention'],
  ['backfill list'],
  ['backfill show', BACKFILL],
  ['backfill hold', BACKFILL],
  ['backfill release', BACKFILL],
  ['backfill cancel', BACKFILL, '--reason', 'a test', '--no-wait'],
  ['notices test'],
];

beforeAll(async () => {
  const [retryable] = CALL.split(':') as [string];
  const timing = { retries: 3, delayMs: 3_600_000, backoff: 1, maximumDelayMs: 86_400_000, timeoutMs: 60_000 };
  const failed = { at: '2026-03-05T00:00:00.000Z', message: 'busy', final: false, delayMs: null };
  const what = { retryable, args: {}, callId: mark, calledAt: failed.at, date: '20260305', summary: null, tags: [] };
  await startCall(engine.server, `retry:${engine.registry.project.name}:${CALL}`, { ...what, ...timing, failed });
});

it('of each command has all keys that are documented for it, and no others', async () => {
  const wrong: string[] = [];
  let tried = 1;
  for (const [command, ...words] of CALLS) {
    if (command.startsWith('retr') && command !== 'retries show')
      tried = await eventually('the retry', async () => await waitsFor(words, tried));
    const value = await answerTo([...command.split(' '), ...words]);
    const { always, sometimes } = documentedKeys(command);
    const keys = Object.keys(value as object);
    const missing = always.filter((key) => !keys.includes(key));
    const unknown = keys.filter((key) => !always.includes(key) && !sometimes.includes(key));
    if (missing.length + unknown.length > 0) {
      wrong.push(
        `${command} ${words.join(' ')}: lacks ${missing.join(', ')}; not documented: ${unknown.join(', ')}; ${JSON.stringify(value).slice(0, 300)}`,
      );
    }
  }
  expect(wrong).toEqual([]);
});

/** The number of the attempt that the run waits for, once it does and the number is higher than `tried`. */
async function waitsFor([first, second]: string[], tried: number): Promise<number | null> {
  const id = second === undefined || second.startsWith('--') ? first! : `${first}:${second}`;
  const { raw } = await engine.client.workflow.getHandle(id).describe();
  const [{ attempt, state, nextAttemptScheduleTime } = {}] = raw.pendingActivities ?? [];
  const isDue = Number(nextAttemptScheduleTime?.seconds ?? 0) * 1_000 <= Date.now();
  return state === SCHEDULED && !isDue && attempt! > tried ? attempt! : null;
}

async function answerTo(argv: string[]): Promise<unknown> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  stderr.resume();
  await runProgram([...argv, '--project', engine.dir, '--json'], new Output(stdout, stderr, true, false));
  return JSON.parse(String(stdout.read()));
}
