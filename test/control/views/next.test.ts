import { beforeAll, describe, expect, test } from 'vitest';
import { readNext } from '../../../src/control/views/next.js';
import { clockChangesOf } from '../../../src/control/views/next-clock.js';
import type { NextLine } from '../../../src/control/views/next-types.js';
import { readWish } from '../../../src/control/one-shot-wish.js';
import { scheduleOneShot } from '../../../src/control/schedule-one-shot.js';
import { syncSchedules } from '../../../src/control/schedules.js';
import { pauseNote } from '../../../src/control/pause-note.js';
import { HOUR } from '../../../src/plan/limits.js';
import { slotsBetween } from '../../../src/time/slots.js';
import { type Engine, eventually, resultOf, startEngine } from '../../support/engine.js';
import { countingServer, type CountingServer } from './counting.js';

let engine: Engine;
let server: CountingServer;
const NOW = Date.now();
const iso = (after: number) => new Date(NOW + after).toISOString().replace(/\.\d+Z/, 'Z');

beforeAll(async () => {
  engine = await startEngine({
    name: 'next-view',
    timezone: 'Europe/Paris',
    tasks: { nx_a: `{ run() {} }`, nx_often: `{ schedule: { every: '1 minute' }, run() {} }` },
    chains: {
      'nx-days': { summary: 'Every day', schedule: { daily: '06:00' }, deadline: '07:30', tasks: { nx_a: [] } },
      'nx-paused': { schedule: { hourly: { minute: 15 } }, tasks: { nx_a: [] } },
      'nx-hand': { tasks: { nx_a: [] } },
    },
  });
  server = await countingServer(engine.taskQueue);
  await syncSchedules(engine.server, engine.registry);
  // The hours until the pause ends do not start.
  const note = pauseNote({ by: 'marie', at: iso(0), until: iso(5 * HOUR), reason: 'key rotation' });
  await engine.client.schedule.getHandle('nx-paused').pause(note);
  await engine.client.schedule.getHandle('nx_often').pause('somebody elsewhere');
  await resultOf(await engine.startChain({ chain: 'nx-days', date: '20260203' }));
  const words = { id: 'nx-once', at: iso(3 * HOUR), kind: 'task' as const, target: 'nx_a' };
  await scheduleOneShot(server, readWish(engine.registry, words, 'Europe/Paris', NOW), { reason: 'a try' });
  await eventually('the lists', async () => {
    const { lines, oneShots } = await readNext(server, engine.registry, {}, Date.now());
    const [days, paused, often] = lines as [NextLine, NextLine, NextLine];
    const pauses = days.state === 'active' && paused.pause !== null && often.note === 'somebody elsewhere';
    return pauses && oneShots.length === 1 && days.usualMs !== null;
  });
});

/** The slots the rules promise within so many hours: not always one a day, where clocks change. */
function promised(chain: string, now: number, hours: number): string[] {
  const { compiled } = engine.registry.chain(chain)!;
  return slotsBetween(compiled!, now + 1, now + hours * HOUR).map(({ scheduledFor }) => scheduledFor);
}

const timesOf = ({ slots }: NextLine) => slots.map(({ scheduledFor }) => scheduledFor);

function line(lines: readonly NextLine[], id: string): NextLine {
  return lines.find((one) => one.id === id)!;
}

describe('what is next', () => {
  test('is every slot of the coming day, with what is usual and what is expected', async () => {
    const now = Date.now();
    const { lines, from, to } = await readNext(server, engine.registry, {}, now);
    expect(lines.map(({ id }) => id)).toEqual(['nx-days', 'nx-paused', 'nx_often']);
    expect(Date.parse(to) - Date.parse(from)).toBe(24 * HOUR);
    const days = line(lines, 'nx-days');
    expect(days).toMatchObject({
      state: 'active',
      timezone: 'Europe/Paris',
      summary: 'Every day',
      deadline: '07:30',
      folded: null,
    });
    expect(timesOf(days)).toEqual(promised('nx-days', now, 24));
    expect(days.slots.every(({ starts }) => starts)).toBe(true);
    expect(days.usualMs).toBeGreaterThanOrEqual(0);
  });

  test('tells which slots a pause keeps back, and until when', async () => {
    const now = Date.now();
    const { lines } = await readNext(server, engine.registry, {}, now);
    const paused = line(lines, 'nx-paused');
    expect(paused).toMatchObject({ state: 'paused', pause: { by: 'marie', reason: 'key rotation', until: iso(5 * HOUR) } });
    const due = promised('nx-paused', now, 24);
    expect(paused.slotsInAll).toBe(due.length);
    const kept = paused.slots.filter(({ starts }) => !starts).map(({ scheduledFor }) => scheduledFor);
    expect(kept).toEqual(due.filter((slot) => Date.parse(slot) < Date.parse(paused.pause!.until!)));
    // The fifth may have passed since the pause was made.
    expect(kept.length).toBeGreaterThanOrEqual(4);
    expect(kept.length).toBeLessThan(due.length);
  });

  test('counts the slots of what is due very often', async () => {
    const { lines } = await readNext(server, engine.registry, { chains: ['nx_often'] }, Date.now());
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({ folded: 'every minute, 1,440 slots', slotsInAll: 1_440, slots: [], pause: null });
    expect(lines[0]!.note).toBe('somebody elsewhere');
    expect(lines[0]!.density).toHaveLength(48);
  });

  test('has the one-shots of its time, a week ahead too', async () => {
    const day = await readNext(server, engine.registry, {}, Date.now());
    expect(day.oneShots).toMatchObject([{ id: 'nx-once', target: 'nx_a', state: 'waiting', run: 'nx_a:at-nx-once' }]);
    expect((await readNext(server, engine.registry, { hours: 1 }, Date.now())).oneShots).toEqual([]);
    const now = Date.now();
    const week = await readNext(server, engine.registry, { hours: 168 }, now);
    const days = timesOf(line(week.lines, 'nx-days'));
    expect(days).toEqual(promised('nx-days', now, 168));
    expect(days.length).toBeGreaterThanOrEqual(6);
    await expect(readNext(server, engine.registry, { hours: 169 }, Date.now())).rejects.toThrow(/from 1 to 168/);
  });

  test('takes a few requests however many slots there are', async () => {
    server.calls();
    await readNext(server, engine.registry, { hours: 168 }, Date.now());
    const calls = server.calls();
    expect(calls.length, calls.join(', ')).toBeLessThanOrEqual(6);
  });
});

test('clock changes are marked for each zone', () => {
  const from = Date.parse('2026-03-28T12:00:00Z');
  expect(clockChangesOf(['Europe/Paris', 'UTC', 'America/New_York'], from, from + 24 * HOUR)).toEqual([
    { timezone: 'Europe/Paris', at: '2026-03-29T01:00:00.000Z', minutes: 60, text: 'Europe/Paris: 02:00 becomes 03:00' },
  ]);
});
