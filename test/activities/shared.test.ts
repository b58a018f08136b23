import { randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { Shared, type SharedStores } from '../../src/activities/shared.js';
import { failureOf } from '../../src/activities/verdict.js';
import type { RedisConnection } from '../../src/connections/redis.js';
import { createRateLimiter } from '../../src/lock/rate-limit.js';
import { createLockStore } from '../../src/lock/redis-store.js';
import { createSharedLook } from '../../src/lock/shared-look.js';
import { createSharedNotes } from '../../src/lock/shared-notes.js';
import { within } from '../support/engine.js';
import { KINDS, until, useRedis } from '../lock/servers.js';

describe.each(KINDS)('on $kind', (kind) => {
  describe.skipIf(!kind.present)('when it is there', () => {
    const server = useRedis(kind);
    let redis: RedisConnection;
    let stores: SharedStores;
    let name: string;
    let key: string;
    let warnings: string[];

    beforeEach(() => {
      redis = server.connect();
      stores = {
        locks: (ttlSeconds) => createLockStore(redis, { prefix: 'shared:', ttlSeconds }),
        rates: createRateLimiter(redis),
        notes: createSharedNotes(redis),
      };
      name = `printer-${randomBytes(4).toString('hex')}`;
      key = `shared:lock:${name}:all`;
      warnings = [];
    });

    /** What one attempt has. */
    const attempt = (value = `${randomBytes(4).toString('hex')}:1`, signal = new AbortController().signal) =>
      new Shared({ stores, value, who: `task_print:${value}`, signal: () => signal, warn: (message) => warnings.push(message) });
    const pttl = async () => Number(await redis.send(['PTTL', key]));

    describe('a shared lock', () => {
      test('lets one in at a time, each with a higher fence, and leaves nothing behind', async () => {
        let inside = 0;
        let most = 0;
        const fences: number[] = [];
        const work = async ({ fence }: { fence: number }) => {
          most = Math.max(most, ++inside);
          fences.push(fence);
          await redis.send(['PING']);
          inside--;
        };
        await within(60_000, 'all', Promise.all(Array.from({ length: 8 }, () => attempt().lock(name, {}, work))));
        expect(most).toBe(1);
        expect(fences).toEqual([...new Set(fences)].sort((a, b) => a - b));
        expect(fences).toHaveLength(8);
        expect(await redis.send(['GET', key])).toBeNull();
      });

      test('returns what its work returns, and is let go when the work throws', async () => {
        expect(await attempt().lock(name, {}, () => 31)).toBe(31);
        await expect(attempt().lock(name, {}, () => Promise.reject(new Error('paper jam')))).rejects.toThrow('paper jam');
        expect(await redis.send(['GET', key])).toBeNull();
      });

      test('tells who holds it where there is no time left to wait', async () => {
        await attempt('aaaa1111:1').lock(name, { ttl: '1 minute' }, async () => {
          const refused = attempt().lock(name, { wait: 0 }, () => 1);
          await expect(refused).rejects.toThrow(new RegExp(`the lock "${name}" was not free: held by aaaa1111:1 \\(.+ left\\)`));
        });
      });

      test('is renewed while its work goes on', async () => {
        await attempt().lock(name, { ttl: '2 seconds' }, async () => {
          let last = await pttl();
          await until('it was renewed', async () => {
            const left = await pttl();
            const grown = left > last;
            last = left;
            return grown;
          });
        });
      });

      test('that is lost aborts its work, fails, and is not taken from the new holder', async () => {
        const lost = attempt().lock(name, { ttl: '2 seconds' }, async ({ signal }) => {
          await redis.send(['SET', key, 'bbbb2222:1', 'EX', '60']);
          await within(20_000, 'the abort', new Promise((resolve) => signal.addEventListener('abort', resolve)));
        });
        await expect(lost).rejects.toThrow(/lost the lock .* to bbbb2222:1/);
        expect(await redis.send(['GET', key])).toBe('bbbb2222:1');
      });

      test('of a dead holder is free when it runs out', async () => {
        await redis.send(['SET', key, 'bbbb2222:1', 'PX', '300']);
        expect(
          await within(
            20_000,
            'the lock',
            attempt().lock(name, {}, () => 'in'),
          ),
        ).toBe('in');
      });

      test('of an earlier attempt of the same run is taken over, after the time in which that one learns of it', async () => {
        await redis.send(['SET', key, 'cccc3333:1', 'EX', '600']);
        const holder = await within(
          20_000,
          'the lock',
          attempt('cccc3333:2').lock(name, { ttl: '2 seconds' }, () => redis.send(['GET', key])),
        );
        expect(holder).toBe('cccc3333:2');
      });

      test('taken over by an attempt that is told to stop before its work is let go when the earlier one has learnt', async () => {
        const stop = new AbortController();
        await redis.send(['SET', key, 'cccc3333:1', 'EX', '600']);
        const waiting = attempt('cccc3333:2', stop.signal).lock(name, { ttl: '12 seconds' }, () => 1);
        await until('the take-over', async () => (await redis.send(['GET', key])) === 'cccc3333:2');
        stop.abort(new Error('the worker is stopping'));
        await expect(within(20_000, 'the end', waiting)).rejects.toThrow('the worker is stopping');
        expect(await redis.send(['GET', key])).toBe('cccc3333:2');
        let left = Infinity;
        await until('the release', async () => {
          const now = await pttl();
          if (now > 0) left = now;
          return now < 0;
        });
        expect(left).toBeGreaterThan(2_000);
        expect(warnings).toEqual([]);
      });

      test('is not waited for by an attempt that is told to stop', async () => {
        const stop = new AbortController();
        await redis.send(['SET', key, 'bbbb2222:1', 'EX', '60']);
        const waiting = attempt(undefined, stop.signal).lock(name, {}, () => 1);
        stop.abort(new Error('the worker is stopping'));
        await expect(within(20_000, 'the end', waiting)).rejects.toThrow('the worker is stopping');
      });

      test('inside itself is refused, for it would wait for ever', async () => {
        const one = attempt();
        await one.lock(name, {}, async () => {
          await expect(one.lock(name, {}, () => 1)).rejects.toThrow('this attempt holds');
          expect(await one.lock(`${name}-other`, {}, () => 2)).toBe(2);
        });
      });

      test.each([
        ['a:b', {}, 'is no name'],
        ['a', { ttl: '1 second' }, 'ttl is from 2.0 s to 24 h'],
        ['a', { ttl: '2500 milliseconds' }, 'whole seconds'],
      ] as const)('%j with %j is refused', async (bad, options, why) => {
        await expect(attempt().lock(bad, options, () => 1)).rejects.toThrow(why);
      });
    });

    describe('those who look', () => {
      const listed = async () => (await createSharedLook(redis).locks()).find((lock) => lock.name === name);
      const rate = async () => (await createSharedLook(redis).rates()).find((limit) => limit.name === name);

      test('see who holds a lock and who waits for it, and nobody once all is done', async () => {
        let waiting: Promise<unknown> | undefined;
        await attempt('aaaa1111:1').lock(name, { ttl: '1 minute' }, async () => {
          waiting = attempt('bbbb2222:1').lock(name, {}, () => 1);
          await until('somebody waits', async () => (await listed())?.waiting.length === 1);
          expect(await listed()).toMatchObject({
            holder: 'aaaa1111:1',
            run: 'task_print:aaaa1111:1',
            waiting: ['task_print:bbbb2222:1'],
          });
          expect((await listed())!.ttlMs).toSatisfy((ms: number) => ms > 30_000 && ms <= 60_000);
        });
        await within(20_000, 'the second', waiting!);
        expect(await listed()).toBeUndefined();
        expect(await redis.send(['KEYS', `shared:*${name}*`])).toEqual([`shared:fence:${name}:all`]);
      });

      test('see a lock of an unknown holder without a run, even where an older note is left', async () => {
        await createSharedNotes(redis).holds(name, 'aaaa1111:1', 'task_print:20260203');
        await redis.send(['SET', key, 'somebody']);
        expect(await listed()).toMatchObject({ holder: 'somebody', run: null, ttlMs: null });
        await redis.send(['DEL', key, `shared:who:${name}`]);
      });

      test('take a lock from the holder they saw and no other, and that one learns by whom and why', async () => {
        const taken = { holder: 'aaaa1111:1', by: 'marie@desk', reason: 'the printer was replaced' };
        const holder = attempt('aaaa1111:1').lock(name, { ttl: '2 seconds' }, async ({ signal }) => {
          expect(await createSharedLook(redis).take(name, { ...taken, holder: 'cccc3333:1' })).toBe(false);
          expect(signal.aborted).toBe(false);
          expect(await createSharedLook(redis).take(name, taken)).toBe(true);
          await within(20_000, 'the abort', new Promise((resolve) => signal.addEventListener('abort', resolve)));
        });
        await expect(holder).rejects.toThrow(`the lock "${name}" was taken away by marie@desk: the printer was replaced`);
        expect(await redis.send(['GET', key])).toBeNull();
      });

      test('see how much of a limit is used, when a turn is free, and who waits for it', async () => {
        const stop = new AbortController();
        for (let count = 0; count < 2; count++) await attempt().rateLimit(name, { limit: 2, per: '1 hour' });
        const waiting = attempt('bbbb2222:1', stop.signal).rateLimit(name, { limit: 2, per: '1 hour', wait: '2 hours' });
        await until('somebody waits', async () => (await rate())?.waiting.length === 1);
        expect(await rate()).toMatchObject({ limit: 2, perMs: 3_600_000, used: 2, waiting: ['task_print:bbbb2222:1'] });
        expect((await rate())!.waitMs).toSatisfy((ms: number) => ms > 3_500_000 && ms <= 3_600_000);
        stop.abort(new Error('told to stop'));
        await expect(waiting).rejects.toThrow('told to stop');
        expect((await rate())!.waiting).toEqual([]);
      });
    });

    describe('a rate limit', () => {
      const HOUR_MS = 3_600_000;
      const rateKey = () => `rate:${name}`;

      test('gives so many turns and no more, whoever asks, and says when the next is free', async () => {
        const other = createRateLimiter(server.connect());
        const asked = Array.from({ length: 40 }, (_, at) => (at % 2 ? other : stores.rates).take(name, 7, HOUR_MS));
        const answers = await Promise.all(asked);
        expect(answers.filter(({ taken }) => taken)).toHaveLength(7);
        for (const answer of answers) {
          if (!answer.taken) expect(answer.waitMs).toSatisfy((ms: number) => ms > HOUR_MS - 60_000 && ms <= HOUR_MS);
        }
      });

      test('counts every stretch of time: one turn that is over frees one, and its key ends by itself', async () => {
        for (let at = 0; at < 3; at++) await stores.rates.take(name, 3, HOUR_MS);
        const [oldest, score] = (await redis.send(['ZRANGE', rateKey(), '0', '0', 'WITHSCORES'])) as [string, string];
        expect((await stores.rates.take(name, 3, HOUR_MS)).taken).toBe(false);
        await redis.send(['ZADD', rateKey(), String(Number(score) - HOUR_MS * 1_000), oldest]);
        expect((await stores.rates.take(name, 3, HOUR_MS)).taken).toBe(true);
        expect((await stores.rates.take(name, 3, HOUR_MS)).taken).toBe(false);
        expect(Number(await redis.send(['PTTL', rateKey()]))).toSatisfy((ms: number) => ms > 0 && ms <= HOUR_MS);
      });

      test('lets callers wait for their turn', async () => {
        const seconds = async () => Number(((await redis.send(['TIME'])) as [string])[0]);
        const began = await seconds();
        const calls = Array.from({ length: 5 }, () => attempt().rateLimit(name, { limit: 2, per: '1 second' }));
        await within(30_000, 'five turns', Promise.all(calls));
        // Five turns at two a second take two seconds at least; whole seconds are one less in doubt.
        expect((await seconds()) - began).toBeGreaterThanOrEqual(1);
      });

      test('used up ends the attempt, and the next begins when a turn may be free', async () => {
        await attempt().rateLimit(name, { limit: 1, per: '1 hour' });
        const refused = attempt()
          .rateLimit(name, { limit: 1, per: '1 hour', wait: '1 minute' })
          .catch((error: unknown) => failureOf(error));
        const failure = (await within(20_000, 'the refusal', refused)) as ReturnType<typeof failureOf>;
        expect(failure).toMatchObject({ type: 'RateLimitReached', nonRetryable: false });
        expect(failure.nextRetryDelay).toSatisfy((ms: number) => ms > HOUR_MS - 60_000 && ms <= HOUR_MS);
      });
    });
  });
});
