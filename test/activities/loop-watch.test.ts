import { closeSync, openSync, readFileSync } from 'node:fs';
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

describe('a blocked event loop', () => {
  test('is told of while it is blocked, and afterwards in the log, with what was running', async () => {
    const { log, warned } = lines();
    const file = join(temporaryFolder(), 'stderr');
    const descriptor = openSync(file, 'a');
    const watch = watchLoop({ log, longestMs: 300, descriptor });
    let seenMeanwhile = '';
    await watch.during('task_patient:20260203', () =>
      watch.during('task_busy:20260203', async () => {
        // One turn of the loop, so that the watcher has begun to look.
        await pause(100);
        const until = performance.now() + 20_000;
        while (seenMeanwhile === '' && performance.now() < until) seenMeanwhile = readFileSync(file, 'utf8');
      }),
    );
    expect(JSON.parse(seenMeanwhile)).toMatchObject({
      event: 'LOOP_BLOCKED',
      tasks: ['task_patient:20260203', 'task_busy:20260203'],
    });
    const [fields, text] = await eventually('the log tells of it', () => warned[0]);
    expect(fields).toMatchObject({ event: 'LOOP_BLOCKED', tasks: expect.arrayContaining(['task_busy:20260203']) as unknown });
    expect(text).toMatch(/blocked for .*by one of .*task_busy:20260203.*isolate: true/);
    await watch.end();
    closeSync(descriptor);
  });

  test('that turns in time is not told of', async () => {
    const { log, warned } = lines();
    const watch = watchLoop({ log, longestMs: 20_000 });
    await watch.during('task_calm:20260203', () => pause(30));
    await watch.end();
    expect(warned).toEqual([]);
  });
});
