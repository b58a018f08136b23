import { beforeAll, describe, expect, test } from 'vitest';
import type { Registry } from '../../src/registry/index.js';
import { loadProject } from '../../src/registry/index.js';
import { slotsAfter, slotsBefore, withoutBeginning } from '../../src/registry/rule-slots.js';
import { slotsUnder, type Rules } from '../../src/registry/rules.js';
import { factsOf, timingOfSlot } from '../../src/registry/slot-timing.js';
import { chain, config, folderWith, task } from './fixture.js';

const at = (text: string) => Date.parse(text);
/** 09:00 until noon of 10 February, then 06:00. */
const EDITED: Rules = {
  rule: { schedule: { daily: '06:00' }, timezone: 'UTC', since: '2026-02-10T12:00:00Z' },
  earlier: [{ schedule: { daily: '09:00' }, timezone: 'UTC', since: '2026-02-01T00:00:00Z', until: '2026-02-10T12:00:00Z' }],
};
const HOURLY: Rules = { rule: { schedule: { cron: '0 * * * *' }, timezone: 'UTC' } };

let registry: Registry;

beforeAll(async () => {
  registry = await loadProject(
    folderWith({
      'daychain.config.js': config(`{ name: 'civic', timezone: 'Europe/Paris' }`),
      'tasks/crawl.js': task(),
      'tasks/own.js': task(`{ schedule: { daily: '23:30' }, deadline: '02:00 +1d', dependsOnPast: true, run() {} }`),
      'tasks/by_hand.js': task(`{ dependsOnPast: true, run() {} }`),
      'chains/daily.js': chain(`{ schedule: { daily: '06:00' }, deadline: '07:30', catchUp: { last: 2 }, tasks: { crawl: [] } }`),
      'chains/often.js': chain(
        `{ schedule: { cron: '0 * * * *' }, timezone: 'UTC', catchUp: 'latest', tasks: { tick: { command: ['/bin/true'] } } }`,
      ),
    }),
  );
  expect(registry.problems).toEqual([]);
});

describe('the slots next to an instant', () => {
  const texts = (slots: readonly { scheduledFor: string }[]) => slots.map(({ scheduledFor }) => scheduledFor);
  const few = (count: number) => (found: readonly unknown[]) => found.length >= count;

  test('are those of the rule that held then', () => {
    expect(texts(slotsBefore(EDITED, at('2026-02-12T06:00:00Z'), 3))).toEqual([
      '2026-02-11T06:00:00Z',
      '2026-02-10T09:00:00Z',
      '2026-02-09T09:00:00Z',
    ]);
    expect(texts(slotsAfter(EDITED, at('2026-02-09T09:00:00Z'), at('2026-02-12T00:00:00Z'), few(9)))).toEqual([
      '2026-02-10T09:00:00Z',
      '2026-02-11T06:00:00Z',
    ]);
  });

  test('before the first rule there is none, unless somebody asks for what lies before', () => {
    expect(slotsBefore(EDITED, at('2026-02-01T09:00:00Z'), 5)).toEqual([]);
    expect(texts(slotsBefore(withoutBeginning(EDITED), at('2026-02-01T09:00:00Z'), 2))).toEqual([
      '2026-01-31T09:00:00Z',
      '2026-01-30T09:00:00Z',
    ]);
    expect(withoutBeginning(HOURLY)).toEqual(HOURLY);
    expect(withoutBeginning({})).toEqual({});
  });

  test('are found in any distance, as many as asked for and no further than asked', () => {
    const all = slotsUnder(HOURLY, at('2026-02-01T00:00:01Z'), at('2026-02-20T00:00:00Z'));
    expect(slotsAfter(HOURLY, at('2026-02-01T00:00:00Z'), at('2026-02-20T00:00:00Z'), () => false)).toEqual(all);
    expect(slotsBefore(HOURLY, at('2026-02-20T00:00:01Z'), 500, at('2026-02-01T00:00:01Z'))).toEqual([...all].reverse());
    expect(slotsAfter(HOURLY, at('2026-02-01T00:00:00Z'), at('2026-02-01T00:00:00Z'), () => false)).toEqual([]);
  });
});

describe('a slot', () => {
  const timing = (slot: string, rules: Rules = EDITED) => timingOfSlot(registry, { chain: 'daily', slot, ...rules });

  test('that fell due is told from one the rule only names, and from an instant of no slot', () => {
    expect(timing('2026-02-10T09:00:00.000Z')).toMatchObject({
      fit: 'due',
      slot: { date: '20260210', scheduledFor: '2026-02-10T09:00:00Z' },
    });
    expect(timing('2026-02-10T06:00:00Z')).toMatchObject({ fit: 'named', slot: { runKey: '20260210' } });
    expect(timing('2025-06-01T06:00:00Z')).toMatchObject({ fit: 'named' });
    expect(timing('2026-02-11T09:00:00Z')).toMatchObject({ fit: 'none', slot: { runKey: '20260211' } });
    expect(timing('2026-02-11T05:00:00Z', {})).toMatchObject({ fit: 'due' });
    expect(timingOfSlot(registry, { chain: 'crawl', slot: '2026-02-10T23:30:00Z' })).toMatchObject({
      fit: 'none',
      slot: { date: '20260211' },
    });
  });

  test('is judged by as many newer run keys as its policy counts', () => {
    const newer = (id: string, rules: Rules, slot: string, now: string) =>
      factsOf(timingOfSlot(registry, { chain: id, slot, ...rules }), id, at(now)).newer;
    expect(newer('daily', EDITED, '2026-02-09T09:00:00Z', '2026-02-10T08:59:59Z')).toEqual([]);
    expect(new Set(newer('daily', EDITED, '2026-02-05T09:00:00Z', '2026-02-20T00:00:00Z')).size).toBeGreaterThanOrEqual(2);
    expect(newer('often', HOURLY, '2026-02-05T09:00:00Z', '2026-02-05T10:00:00Z')).toEqual(['20260205T100000Z']);
  });
});

describe('the deadline of a run', () => {
  test("is its chain's wall clock on the slot's date; a one-shot has none", () => {
    expect(registry.resolveChain({ chain: 'daily', date: '20260203' })).toMatchObject({ deadline: '2026-02-03T07:30:00+01:00' });
    expect(registry.resolveSlot({ chain: 'daily', slot: '2026-07-03T04:00:00Z' })).toMatchObject({
      deadline: '2026-07-03T07:30:00+02:00',
    });
    expect(registry.resolveChain({ chain: 'daily', date: '20260203', deadline: '2026-02-03T09:00:00Z' })).toMatchObject({
      deadline: '2026-02-03T09:00:00Z',
    });
    expect(registry.resolveChain({ chain: 'daily', date: '20260203', runKey: 'at-once' })).not.toHaveProperty('deadline');
    expect(registry.resolveChain({ chain: 'often', runKey: '20260203T080000Z' })).not.toHaveProperty('deadline');
  });

  test('and the past of a task with its own schedule are its own; in a chain they are not', () => {
    const own = registry.resolveTask({ task: 'own', date: '20260203' });
    expect(own).toMatchObject({ deadline: '2026-02-04T02:00:00+01:00', dependsOnPast: 'own' });
    const inChain = registry.resolveTask({ task: 'own', date: '20260203', chain: 'daily' });
    for (const key of ['deadline', 'dependsOnPast']) expect(inChain).not.toHaveProperty(key);
    expect(registry.resolveTask({ task: 'by_hand', date: '20260203' })).not.toHaveProperty('dependsOnPast');
  });
});
