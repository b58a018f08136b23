import { getEventListeners } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { StopSwitch, pause } from '../../src/activities/stop.js';
import { within } from '../support/engine.js';

describe('a stop switch', () => {
  test('ends a pause at once, with the first cause it was told', async () => {
    const stop = new StopSwitch();
    const pausing = pause(3_600_000, stop);
    stop.stop('cancelled', 'enough');
    stop.stop('timeout', 'too late');
    await within(5_000, 'the end of the pause', pausing);
    expect(stop.cause).toMatchObject({ why: 'cancelled', message: 'enough' });
    await within(5_000, 'a pause that does not begin', pause(3_600_000, stop));
  });

  test('remembers nothing of the pauses that are over: a run may wait for its lock all day', async () => {
    const stop = new StopSwitch();
    for (let n = 0; n < 20; n++) await pause(1, stop);
    expect(getEventListeners(stop.signal, 'abort')).toEqual([]);
  });

  test('lets a body listen at any number of places without a warning', async () => {
    const warnings: Error[] = [];
    const heard = (warning: Error) => void warnings.push(warning);
    process.on('warning', heard);
    const { signal } = new StopSwitch();
    for (let n = 0; n < 20; n++) signal.addEventListener('abort', () => {});
    await setImmediate();
    process.off('warning', heard);
    expect(warnings).toEqual([]);
  });
});
