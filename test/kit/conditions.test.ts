import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ConditionContext, RunFound } from '../../src/define/types.js';
import {
  allOf,
  between,
  cpuBelow,
  diskFree,
  fileNewerThan,
  fileOlderThan,
  runSucceeded,
  when,
} from '../../src/kit/conditions.js';
import { busyPercent, usedByGroup } from '../../src/kit/conditions/cpu.js';
import { temporaryFolder } from '../support/servers.js';

const NOW = new Date('2026-02-03T12:00:00Z');

function context(more: Partial<ConditionContext<never>> = {}): ConditionContext<never> {
  const ctx: Partial<ConditionContext<never>> = {
    now: NOW,
    timezone: 'Europe/Paris',
    date: '20260203',
    signal: AbortSignal.timeout(20_000),
    day: (n) => String(20260203 + n),
    skip: (reason, options) => ({ ended: 'skipped_by_task', reason, settled: options?.settled ?? true }),
    postpone: (postponed, reason = '') => ({ postponed, reason }),
    ...more,
  };
  return ctx as ConditionContext<never>;
}

/** A file that was last written so many hours before now. */
function written(path: string, hours: number): string {
  writeFileSync(path, '');
  const at = NOW.getTime() / 1_000 - hours * 3_600;
  utimesSync(path, at, at);
  return path;
}

describe('the age of a file', () => {
  const dir = temporaryFolder();
  const file = written(join(dir, 'backup.sql'), 5);

  test('old enough holds, and so does one that is not there', async () => {
    expect(await fileOlderThan(file, '4 hours').find(context())).toEqual({ holds: true });
    expect(await fileOlderThan(join(dir, 'none'), '4 hours').find(context())).toEqual({ holds: true });
  });

  test('too young is postponed until it is old enough', async () => {
    expect(await fileOlderThan(file, '6 hours').orPostpone()(context())).toEqual({
      postponed: '3600000 milliseconds',
      reason: `${file} was written 5 h ago, and is to be 6 h old`,
    });
  });

  test('a folder counts by its newest file', async () => {
    const folder = join(dir, 'backups');
    mkdirSync(folder);
    expect(await fileOlderThan(folder, '6 hours').find(context())).toEqual({ holds: true });
    written(join(folder, 'a'), 30);
    written(join(folder, 'b'), 2);
    written(join(folder, '.hidden'), 0);
    expect(await fileOlderThan(folder, '3 hours').find(context())).toMatchObject({ holds: false, holdsIn: 3_600_000 });
    expect(await fileNewerThan(folder, '3 hours').find(context())).toEqual({ holds: true });
  });

  test('a file that is to be new is missed where it is old, or not there', async () => {
    const found = await fileNewerThan((ctx) => join(dir, `export-${ctx.date}`), '1 hour').find(context());
    expect(found).toEqual({ holds: false, reason: `${join(dir, 'export-20260203')} is not there` });
    expect(await fileNewerThan(file, '1 hour').orSkip({ settled: false })(context())).toMatchObject({
      ended: 'skipped_by_task',
      settled: false,
      reason: `${file} was last written 5 h ago, more than 1 h`,
    });
  });
});

describe('the machine', () => {
  test('has room, or too little of it', async () => {
    expect(await diskFree('.', '1 kB').find(context())).toEqual({ holds: true });
    expect(await diskFree('.', '0 %').find(context())).toEqual({ holds: true });
    const full = await diskFree('.', '900000 TB').orPostpone('1 hour')(context());
    expect(full).toMatchObject({
      postponed: '1 hour',
      reason: expect.stringMatching(/^the disk of \. has [\d.]+ \w+ left, less than 900000 TB$/),
    });
    expect(() => diskFree('.', '2 gigs')).toThrow('"2 gigs" is no room on a disk: write one like "500 MB"');
  });

  test('is as busy as its cores were between two looks', async () => {
    const looks = [
      { busy: 1_000, of: 4_000 },
      { busy: 4_000, of: 8_000 },
    ];
    expect(await busyPercent(1, AbortSignal.timeout(5_000), () => Promise.resolve(looks.shift()!))).toBe(75);
    expect(await cpuBelow(100, { over: '100 milliseconds' }).find(context())).toHaveProperty('holds');
    expect(() => cpuBelow(0)).toThrow(RangeError);
  });

  test('that is limited counts by what it may use; without a limit the whole machine counts', async () => {
    const folder = temporaryFolder();
    expect(await usedByGroup(folder)).toBeNull();
    writeFileSync(join(folder, 'cpu.stat'), 'usage_usec 5000000\nuser_usec 3000000\n');
    writeFileSync(join(folder, 'cpu.max'), 'max 100000\n');
    expect(await usedByGroup(folder)).toBeNull();
    writeFileSync(join(folder, 'cpu.max'), '150000 100000\n');
    expect(await usedByGroup(folder, 10_000_000)).toEqual({ busy: 5_000_000, of: 15_000_000 });
  });
});

describe('a window of the day', () => {
  const at = (now: string, from: string, to: string) => between(from, to).find(context({ now: new Date(now) }));

  test.each([
    ['2026-02-03T08:00:00Z', '09:00', '17:00', true],
    ['2026-02-03T07:59:59Z', '09:00', '17:00', false],
    ['2026-02-03T16:00:00Z', '09:00', '17:00', false],
    ['2026-02-03T22:30:00Z', '22:00', '06:00', true],
    ['2026-02-03T04:59:00Z', '22:00', '06:00', true],
    ['2026-02-03T05:00:00Z', '22:00', '06:00', false],
  ])('%s is between %s and %s in Paris: %s', async (now, from, to, holds) => {
    expect(await at(now, from, to)).toMatchObject({ holds });
  });

  test.each([
    ['an evening', '2026-02-03T20:30:40Z', '22:00', '2026-02-03T21:00:00.000Z'],
    ['the night the clock goes forward', '2026-03-28T23:30:00Z', '06:00', '2026-03-29T04:00:00.000Z'],
    ['the night the clock goes back', '2026-10-24T22:30:00Z', '06:00', '2026-10-25T05:00:00.000Z'],
    ['a time the clock leaves out', '2026-03-28T23:30:00Z', '02:30', '2026-03-29T01:30:00.000Z'],
  ])('waits for it on %s', async (_when, now, from, opens) => {
    const finding = await at(now, from, from === '02:30' ? '02:45' : '07:00');
    const found = new Date(Date.parse(now) + (finding as { holdsIn: number }).holdsIn).toISOString();
    expect(found).toBe(opens);
  });

  test('refuses what is no time, or no window', () => {
    expect(() => between('9:00', '17:00')).toThrow('between: "9:00" is no time of day');
    expect(() => between('09:00', '09:00')).toThrow('the two times are the same');
  });
});

describe('another run', () => {
  const found = (run: Partial<RunFound>) => {
    const asked: string[] = [];
    const runOf: ConditionContext['runOf'] = (task, key) => {
      asked.push(`${task} ${key}`);
      return Promise.resolve({ status: 'success', kind: null, reason: null, output: {}, finished: NOW, ...run });
    };
    return { ctx: context({ runOf }), asked };
  };

  test('that has succeeded holds', async () => {
    const { ctx, asked } = found({});
    expect(await runSucceeded('task_export', { day: -1 }).find(ctx)).toEqual({ holds: true });
    expect(asked).toEqual(['task_export 20260202']);
  });

  test('that has not is named with how it is', async () => {
    const { ctx } = found({ status: 'pending' });
    expect(await runSucceeded('task_export').find(ctx)).toEqual({ holds: false, reason: 'task_export 20260203 is not done yet' });
    const old = found({ finished: new Date(NOW.getTime() - 7_200_000) });
    expect(await runSucceeded('task_export', { within: '1 hour' }).find(old.ctx)).toMatchObject({ holds: false });
  });
});

describe('several conditions', () => {
  test('are asked in order, and the first that does not hold decides', async () => {
    const asked: string[] = [];
    const one = (name: string, holds: boolean) =>
      when(() => {
        asked.push(name);
        return holds;
      }, `${name} is not`);
    const all = allOf(one('a', true).orSkip(), one('b', false).orPostpone(), one('c', false).orSkip());
    expect(await all(context())).toEqual({ postponed: '10 minutes', reason: 'b is not' });
    expect(asked).toEqual(['a', 'b']);
    expect(await allOf(one('a', true).orSkip())(context())).toBe(true);
  });
});
