/** Small parts of the API: the words of the old schedulers, the line that requests wait in, answers that are remembered. */
import { describe, expect, it } from 'vitest';
import { readConfig, ConfigError } from '../../src/config.js';
import { legacyTrigger } from '../../src/web/api/legacy-trigger.js';
import { Queue } from '../../src/web/api/queue.js';
import { RateLimit } from '../../src/web/api/rate-limit.js';
import { Remembered } from '../../src/web/api/remembered.js';

describe('a trigger in the words of the schedulers before', () => {
  it.each([
    [{ every: '90 minutes' }, 'Every 90m'],
    [{ every: '2 hours' }, 'Every 2h'],
    [{ every: '3 days' }, 'Every 3d'],
    [{ every: '90 seconds' }, 'Every 90s'],
    [{ daily: '06:00' }, 'Cron: minute=0, hour=6'],
    [{ cron: '*/7 6-23 * * *' }, 'Cron: minute=*/7, hour=6-23'],
    [{ cron: '@daily' }, 'Cron: @daily'],
    [{ weekly: { on: ['monday', 'friday'], at: '10:30' } }, 'Cron: minute=30, hour=10, day_of_week=mon,fri'],
    [{ monthly: { day: 'last', at: '12:00' } }, 'Cron: minute=0, hour=12, day=last'],
    [{ yearly: { month: 2, day: 29, at: '04:00' } }, 'Cron: minute=0, hour=4, day=29, month=2'],
    [{ hourly: { minute: 15 } }, 'Cron: minute=15'],
    [{ at: '2026-03-01T08:00:00Z' }, 'Once at 2026-03-01T08:00:00Z'],
    [[{ daily: '06:00' }, { daily: '18:00' }], 'Cron: minute=0, hour=6; Cron: minute=0, hour=18'],
    [{ businessHours: { days: 'weekdays', from: '09:00', to: '17:00', every: '30 minutes' } }, 'in our words'],
  ] as const)('%j is %s', (schedule, text) => {
    expect(legacyTrigger(schedule, 'in our words')).toBe(text);
  });
});

describe('the line that requests wait in', () => {
  it('lets so many work, so many wait in order, and sends the rest away', async () => {
    const queue = new Queue(1, 1);
    const order: string[] = [];
    let leave = () => {};
    const first = queue.run(() => new Promise<void>((resolve) => (leave = resolve)));
    const second = queue.run(() => Promise.resolve(order.push('second')));
    await expect(queue.run(() => Promise.resolve())).rejects.toMatchObject({ status: 503, kind: 'busy' });
    expect(order).toEqual([]);
    leave();
    await Promise.all([first, second]);
    await queue.run(() => Promise.resolve(order.push('third')));
    expect(order).toEqual(['second', 'third']);
  });
});

describe('a remembered answer', () => {
  const answer = (text: string, status = 200) => Promise.resolve(new Response(text, { status }));

  it('is given again, however often, and only for the same action', async () => {
    const remembered = new Remembered(10);
    let times = 0;
    const work = () => answer(`done ${++times}`);
    const texts = await Promise.all(['a', 'a', 'a'].map(async (key) => await (await remembered.answer(key, 'act', work)).text()));
    expect(texts).toEqual(['done 1', 'done 1', 'done 1']);
    await expect(remembered.answer('a', 'other', work)).rejects.toMatchObject({ status: 409, kind: 'key_used' });
  });

  it('is forgotten where nothing could be done, and when there are too many', async () => {
    const remembered = new Remembered(1);
    await expect(remembered.answer('a', 'act', () => Promise.reject(new Error('away')))).rejects.toThrow('away');
    expect(await (await remembered.answer('a', 'act', () => answer('busy', 503))).text()).toBe('busy');
    expect(await (await remembered.answer('a', 'act', () => answer('done'))).text()).toBe('done');
    await remembered.answer('b', 'act', () => answer('done'));
    expect(await (await remembered.answer('a', 'act', () => answer('done again'))).text()).toBe('done again');
  });
});

describe('a limit by the minute', () => {
  it('counts each by itself, and from its first', () => {
    const limit = new RateLimit(2);
    expect([limit.take('a', 0), limit.take('a', 1_000), limit.take('a', 30_000), limit.take('b', 30_000)]).toEqual([0, 0, 30, 0]);
    expect(limit.take('a', 60_000)).toBe(0);
  });
});

describe('tokens in the environment', () => {
  const read = (text: string) => readConfig('/nowhere', { DAYCHAIN_WEB_TOKENS: text });

  it('are read, and shown without their secrets', () => {
    const { web, settings } = read('marie:operate:0123456789abcdef, board:read:fedcba9876543210');
    expect(web.tokens.map(({ name, role }) => `${name} ${role}`)).toEqual(['marie operate', 'board read']);
    expect(settings.find(({ name }) => name === 'DAYCHAIN_WEB_TOKENS')?.value).toBe('marie:operate:**** board:read:****');
  });

  it.each([
    'marie',
    'marie:admin:0123456789abcdef',
    'marie:read:short',
    'a:read:0123456789abcdef a:operate:0123456789abcdeg',
    'a:read:0123456789abcdef b:operate:0123456789abcdef',
  ])('are refused, and not repeated, where they are none: %s', (text) => {
    expect(() => read(text)).toThrow(ConfigError);
    expect(() => read(text)).not.toThrow(/0123456789abcdef/);
  });
});
