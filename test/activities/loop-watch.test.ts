import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import inspector from 'node:inspector';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Log } from '../../src/activities/attempt-log.js';
import { watchLoop } from '../../src/activities/loop-watch.js';
import { eventually, within } from '../support/engine.js';
import { temporaryFolder } from '../support/servers.js';

interface Told {
  tasks: string[];
}

function lines(): { log: Log; warned: [Told, string][] } {
  const warned: [Told, string][] = [];
  const nothing = () => {};
  const log: Log = {
    debug: nothing,
    info: nothing,
    warn: (fields, text) => void warned.push([fields as Told, text]),
    error: nothing,
    child: () => log,
  };
  return { log, warned };
}

const LONGEST_MS = 2_000;

/** What the thread wrote while two bodies ran and one of them held the loop, and what the log told afterwards. */
async function whileBlocked(
  hold: (isToldOf: () => boolean, file: string) => void,
): Promise<{ line: Told; fields: Told; text: string }> {
  const { log, warned } = lines();
  const file = join(temporaryFolder(), 'stderr');
  const descriptor = openSync(file, 'a');
  const watch = watchLoop({ log, longestMs: LONGEST_MS, descriptor });
  // A busy machine may have the loop wait at other times too.
  const ofBusy = ({ tasks }: Told) => tasks.includes('task_busy:20260203');
  const told = () =>
    readFileSync(file, 'utf8')
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Told)
      .find(ofBusy);
  let patience = () => {};
  const patient = watch.during('task_patient:20260203', () => new Promise<void>((resolve) => (patience = resolve)));
  await watch.during('task_busy:20260203', async () => {
    // Some turns of the loop, so that the watcher has begun to look.
    await pause(LONGEST_MS / 5);
    hold(() => told() !== undefined, file);
  });
  const [fields, text] = await eventually('the log tells of it', () => warned.find(([one]) => ofBusy(one)));
  const line = await eventually('the thread told of it', told);
  patience();
  await patient;
  await watch.end();
  closeSync(descriptor);
  return { line, fields, text };
}

describe('a blocked event loop', () => {
  test('is told of while it is blocked, and afterwards in the log, with the body that holds it and the place', async () => {
    const { line, fields, text } = await whileBlocked(function reckon(isToldOf) {
      const until = performance.now() + 60_000;
      while (!isToldOf() && performance.now() < until);
    });
    const found = {
      event: 'LOOP_BLOCKED',
      tasks: ['task_busy:20260203'],
      at: expect.stringMatching(/^\S+ \(\/.*loop-watch\.test\.ts\)$/) as string,
    };
    expect(line).toMatchObject(found);
    expect(fields).toMatchObject(found);
    expect(text).toMatch(/blocked for .*: by task_busy:20260203, in .*loop-watch\.test\.ts.*isolate: true/);
  });

  test('in native code is told of with all that were running, and goes on as if nobody had looked', async () => {
    const { line, fields, text } = await whileBlocked((_, file) => {
      execFileSync('/bin/sh', ['-c', 'until grep -q task_busy "$0"; do sleep 0.1; done', file], { timeout: 60_000 });
    });
    const all = { tasks: ['task_patient:20260203', 'task_busy:20260203'] };
    expect(line).toMatchObject(all);
    expect(line).not.toHaveProperty('at');
    expect(fields).toMatchObject(all);
    expect(text).toContain('by one of task_patient:20260203, task_busy:20260203');
  });

  test('of a process with a debugger attached is not stopped to look', async () => {
    inspector.open(0, '127.0.0.1');
    try {
      const { line } = await whileBlocked((isToldOf) => {
        const until = performance.now() + 60_000;
        while (!isToldOf() && performance.now() < until);
      });
      expect(line).toMatchObject({ tasks: ['task_patient:20260203', 'task_busy:20260203'] });
    } finally {
      inspector.close();
    }
  });

  test('is none where the whole process stood still: nothing is told of it', async () => {
    const program = fileURLToPath(new URL('./support/watched-loop.ts', import.meta.url));
    const child = spawn(process.execPath, ['--import', 'tsx', program, String(LONGEST_MS)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (said += chunk));
    const closed = once(child, 'close');
    await eventually('both watchers look', () => said.includes('ready'));
    child.kill('SIGSTOP');
    await pause(2 * LONGEST_MS);
    child.kill('SIGCONT');
    child.stdin.write('end\n');
    await within(60_000, 'its end', closed);
    expect(said).toBe('ready\n');
  });

  test('that turns in time is not told of', async () => {
    const { log, warned } = lines();
    const watch = watchLoop({ log, longestMs: 20_000 });
    await watch.during('task_calm:20260203', () => pause(30));
    await watch.end();
    expect(warned).toEqual([]);
  });
});
