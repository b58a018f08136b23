import { execFileSync } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import inspector from 'node:inspector';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { Log } from '../../src/activities/attempt-log.js';
import { watchLoop } from '../../src/activities/loop-watch.js';
import { eventually } from '../support/engine.js';
import { temporaryFolder } from '../support/servers.js';

function lines(): { log: Log; warned: [object, string][] } {
  const warned: [object, string][] = [];
  const nothing = () => {};
  const log: Log = {
    debug: nothing,
    info: nothing,
    warn: (fields, text) => void warned.push([fields, text]),
    error: nothing,
    child: () => log,
  };
  return { log, warned };
}

/** What the thread wrote while two bodies ran and one of them held the loop, and what the log told afterwards. */
async function whileBlocked(hold: (isToldOf: () => boolean) => void): Promise<{ line: object; fields: object; text: string }> {
  const { log, warned } = lines();
  const file = join(temporaryFolder(), 'stderr');
  const descriptor = openSync(file, 'a');
  const watch = watchLoop({ log, longestMs: 300, descriptor });
  const told = () => readFileSync(file, 'utf8');
  let patience = () => {};
  const patient = watch.during('task_patient:20260203', () => new Promise<void>((resolve) => (patience = resolve)));
  await watch.during('task_busy:20260203', async () => {
    // Some turns of the loop, so that the watcher has begun to look.
    await pause(200);
    hold(() => told() !== '');
  });
  const [fields, text] = await eventually('the log tells of it', () => warned[0]);
  const line = JSON.parse(await eventually('the thread told of it', () => told())) as object;
  patience();
  await patient;
  await watch.end();
  closeSync(descriptor);
  return { line, fields, text };
}

describe('a blocked event loop', () => {
  test('is told of while it is blocked, and afterwards in the log, with the body that holds it and the place', async () => {
    const { line, fields, text } = await whileBlocked(function reckon(isToldOf) {
      const until = performance.now() + 20_000;
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
    const { line, fields, text } = await whileBlocked(() => execFileSync('sleep', ['4']));
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
        const until = performance.now() + 20_000;
        while (!isToldOf() && performance.now() < until);
      });
      expect(line).toMatchObject({ tasks: ['task_patient:20260203', 'task_busy:20260203'] });
    } finally {
      inspector.close();
    }
  });

  test('that turns in time is not told of', async () => {
    const { log, warned } = lines();
    const watch = watchLoop({ log, longestMs: 20_000 });
    await watch.during('task_calm:20260203', () => pause(30));
    await watch.end();
    expect(warned).toEqual([]);
  });
});
