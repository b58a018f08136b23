import { randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import type { RedisConnection } from '../../src/connections/redis.js';
import { LockStoreError } from '../../src/lock/errors.js';
import type { Acquired } from '../../src/lock/protocol.js';
import { createLockStore, type LockStore } from '../../src/lock/redis-store.js';
import { KINDS, nextMillisecond, until, useRedis } from './servers.js';

const first = 'aaaa1111:1';
const second = 'aaaa1111:2';
const stranger = 'bbbb2222:1';
const legacy = 'abcd1234';

describe.each(KINDS)('the lock store on $kind', (kind) => {
  describe.skipIf(!kind.present)('when it is there', () => {
    const server = useRedis(kind);
    let redis: RedisConnection;
    let store: LockStore;
    let name: { task: string; scope: string };
    let keys: { lock: string; success: string; fence: string };

    beforeEach(() => {
      redis = server.connect();
      store = createLockStore(redis);
      name = { task: `task_${randomBytes(4).toString('hex')}`, scope: '20260203' };
      keys = {
        lock: `lock:${name.task}:20260203`,
        success: `success:${name.task}:20260203`,
        fence: `fence:${name.task}:20260203`,
      };
    });

    const acquire = (value: string, checkSuccess = true) => store.acquire({ ...name, value, checkSuccess });
    const acquired = async (value: string) => {
      const answer = await acquire(value);
      if (answer.outcome !== 'acquired') throw new Error(`${value} did not get the lock: ${JSON.stringify(answer)}`);
      return answer;
    };
    const ttl = async (key: string) => Number(await redis.send(['PTTL', key])) / 1000;
    const value = (key: string) => redis.send(['GET', key]);

    test('gives a free lock, with the key, the value and the TTL the old scheduler knows', async () => {
      const answer = await acquired(first);
      expect(answer.tookOver).toBe(false);
      expect(await value(keys.lock)).toBe(first);
      expect(await ttl(keys.lock)).toSatisfy((left: number) => left > 290 && left <= 300);
      expect(await redis.send(['SET', keys.lock, legacy, 'NX', 'EX', '300'])).toBeNull();
    });

    test('gives a fence that is at least the server time, and keeps it for seven days', async () => {
      const [seconds] = (await redis.send(['TIME'])) as [string];
      const { fence } = await acquired(first);
      expect(fence).toBeGreaterThanOrEqual(Number(seconds) * 1000);
      expect(await value(keys.fence)).toBe(String(fence));
      expect(await ttl(keys.fence)).toSatisfy((left: number) => left > 604_790 && left <= 604_800);
    });

    test('leaves a stranger’s lock alone and tells who has it for how long', async () => {
      await acquired(stranger);
      const answer = await acquire(first);
      expect(answer).toMatchObject({ outcome: 'held', holder: stranger, ours: false });
      expect((answer as { ttlMs: number }).ttlMs).toBeGreaterThan(290_000);
      expect(await value(keys.lock)).toBe(stranger);
    });

    test('respects a lock of the old scheduler, and gets it once that is gone', async () => {
      await redis.send(['SET', keys.lock, legacy, 'NX', 'EX', '300']);
      expect(await acquire(first)).toMatchObject({ outcome: 'held', holder: legacy, ours: false });
      expect(await store.list({ task: name.task })).toMatchObject([{ ...name, holder: legacy, kind: 'foreign' }]);
      await redis.send(['DEL', keys.lock]);
      await acquired(first);
    });

    test('respects a lock that never expires', async () => {
      await redis.send(['SET', keys.lock, legacy]);
      expect(await acquire(first)).toEqual({ outcome: 'held', holder: legacy, ttlMs: null, ours: false });
    });

    test('asks for the success key first, and only if told to', async () => {
      await redis.send(['SET', keys.lock, legacy, 'EX', '300']);
      await redis.send(['SET', keys.success, 'completed', 'EX', '86400']);
      expect(await acquire(first)).toEqual({ outcome: 'already_completed' });
      expect(await acquire(first, false)).toMatchObject({ outcome: 'held', holder: legacy });
      expect(await store.deleteSuccess(name)).toBe(true);
      expect(await store.deleteSuccess(name)).toBe(false);
      expect(await acquire(first)).toMatchObject({ outcome: 'held' });
    });

    test('lets a retry take over from its own earlier attempt, with a higher fence, and says so', async () => {
      const before = await acquired(first);
      const after = await acquired(second);
      expect(after.tookOver).toBe(true);
      expect(after.fence).toBeGreaterThan(before.fence);
      expect(await store.renew({ ...name, value: first, fence: before.fence })).toEqual({ lost: second });
      expect(await acquire(first)).toMatchObject({ outcome: 'held', holder: second, ours: true });
    });

    test('counts attempts as numbers', async () => {
      await acquired('aaaa1111:9');
      expect((await acquired('aaaa1111:10')).tookOver).toBe(true);
    });

    test('answers a repeated acquire as it answered the first', async () => {
      const answer = await acquired(first);
      await redis.send(['EXPIRE', keys.lock, '5']);
      expect(await acquired(first)).toEqual(answer);
      expect(await ttl(keys.lock)).toBeGreaterThan(290);
    });

    test('never takes over what an attempt abandoned', async () => {
      await acquired(first);
      await redis.send(['EXPIRE', keys.lock, '100']);
      expect(await store.abandon({ ...name, value: first })).toBe(true);
      expect(await ttl(keys.lock)).toSatisfy((left: number) => left > 90 && left <= 100);
      expect(await acquire(second)).toMatchObject({ outcome: 'held', holder: `${first}:abandoned`, ours: true });
      expect(await store.release({ ...name, value: first })).toBe(false);
      expect(await store.abandon({ ...name, value: first })).toBe(false);
    });

    test('gives an abandoned lock away when its TTL has run out', async () => {
      const brief = createLockStore(redis, { ttlSeconds: 1 });
      await brief.acquire({ ...name, value: first, checkSuccess: false });
      await brief.abandon({ ...name, value: first });
      let last: Acquired | undefined;
      await until('the lock has run out', async () => (last = await acquire(second)).outcome === 'acquired');
      expect(last).toMatchObject({ tookOver: false });
    });

    test('renews to the full TTL', async () => {
      const { fence } = await acquired(first);
      await redis.send(['EXPIRE', keys.lock, '5']);
      await redis.send(['EXPIRE', keys.fence, '5']);
      expect(await store.renew({ ...name, value: first, fence })).toBe('renewed');
      expect(await ttl(keys.lock)).toBeGreaterThan(290);
      expect(await ttl(keys.fence)).toBeGreaterThan(604_790);
    });

    test('tells the holder whose lock was stolen by whom', async () => {
      const { fence } = await acquired(first);
      await redis.send(['SET', keys.lock, legacy, 'EX', '300']);
      expect(await store.renew({ ...name, value: first, fence })).toEqual({ lost: legacy });
      expect(await store.release({ ...name, value: first, success: 'write' })).toBe(false);
      expect(await value(keys.lock)).toBe(legacy);
      expect(await value(keys.success)).toBeNull();
    });

    test('gives a Redis that was restarted empty its lock back, with its fence', async () => {
      const { fence } = await acquired(first);
      await redis.send(['DEL', keys.lock, keys.fence]);
      expect(await store.renew({ ...name, value: first, fence })).toBe('reclaimed');
      expect(await value(keys.lock)).toBe(first);
      expect(await value(keys.fence)).toBe(String(fence));
      expect(await store.renew({ ...name, value: first, fence })).toBe('renewed');
    });

    test('does not reclaim a lock that another had in between, though that one is gone again', async () => {
      const { fence } = await acquired(first);
      await redis.send(['DEL', keys.lock, keys.fence]);
      await nextMillisecond(redis);
      await acquired(stranger);
      await store.release({ ...name, value: stranger });
      expect(await store.renew({ ...name, value: first, fence })).toEqual({ lost: null });
      expect(await value(keys.lock)).toBeNull();
    });

    test('releases its own lock, and only that', async () => {
      await acquired(first);
      expect(await store.release({ ...name, value: stranger })).toBe(false);
      expect(await store.release({ ...name, value: first })).toBe(true);
      expect(await value(keys.lock)).toBeNull();
      expect(await value(keys.success)).toBeNull();
    });

    test('records a success in the same step as the release, with its TTL', async () => {
      await acquired(first);
      expect(await store.release({ ...name, value: first, success: 'write' })).toBe(true);
      expect(await value(keys.success)).toBe('completed');
      expect(await ttl(keys.success)).toSatisfy((left: number) => left > 86_390 && left <= 86_400);
    });

    test('records a success whose lock is gone, for nobody else has it', async () => {
      expect(await store.release({ ...name, value: first, success: 'write' })).toBe(false);
      expect(await value(keys.success)).toBe('completed');
    });

    test('counts fences on across an emptied Redis and across a fence from the future', async () => {
      const { fence: before } = await acquired(first);
      await redis.send(['FLUSHDB']);
      await nextMillisecond(redis);
      const { fence: after } = await acquired(stranger);
      expect(after).toBeGreaterThan(before);
      await store.release({ ...name, value: stranger });
      await redis.send(['SET', keys.fence, '9000000000000']);
      expect((await acquired(first)).fence).toBe(9_000_000_000_001);
    });

    test('shows what is known of a lock', async () => {
      expect(await store.peek(name)).toEqual({ holder: null, ttlMs: null, completed: false, fence: null });
      const { fence } = await acquired(first);
      expect(await store.peek(name)).toMatchObject({ holder: first, completed: false, fence });
      await store.release({ ...name, value: first, success: 'write' });
      expect(await store.peek(name)).toEqual({ holder: null, ttlMs: null, completed: true, fence });
    });

    test('lists every lock of its prefix once, in order, and nothing else', async () => {
      const own = createLockStore(redis, { prefix: `p*${name.task}:` });
      const other = createLockStore(redis, { prefix: `p${name.task}:` });
      const scopes = Array.from({ length: 30 }, (_, day) => `202601${String(day + 1).padStart(2, '0')}`);
      for (const scope of scopes) await own.acquire({ task: 'task_x', scope, value: first, checkSuccess: false });
      await own.acquire({ task: 'task_y', scope: 'at-noon', value: first, checkSuccess: false });
      await other.acquire({ task: 'task_x', scope: '20260101', value: first, checkSuccess: false });
      const listed = await own.list({ task: 'task_x' });
      expect(listed.map((lock) => lock.scope)).toEqual(scopes);
      expect(listed[0]).toMatchObject({ key: `p*${name.task}:lock:task_x:20260101`, task: 'task_x', holder: first, kind: 'run' });
      expect(await own.list()).toHaveLength(31);
    });

    test('takes a lock away from the holder that was seen, who then learns of it', async () => {
      const { fence } = await acquired(first);
      expect(await store.forceRelease(name, stranger)).toBe(false);
      expect(await store.forceRelease(name, first)).toBe(true);
      expect(await store.renew({ ...name, value: first, fence })).toEqual({ lost: null });
      expect((await acquired(stranger)).tookOver).toBe(false);
    });

    test('gives one of many at once the lock', async () => {
      const others = [server.connect(), server.connect()].map((connection) => createLockStore(connection));
      const starters = Array.from({ length: 60 }, (_, at) => ({
        store: others[at % 2]!,
        value: `${String(at).padStart(8, '0')}:1`,
      }));
      const answers = await Promise.all(
        starters.map((each) => each.store.acquire({ ...name, value: each.value, checkSuccess: true })),
      );
      expect(answers.filter((answer) => answer.outcome === 'acquired')).toHaveLength(1);
    });

    test('works on after the server has forgotten its scripts', async () => {
      await acquired(first);
      await redis.send(['SCRIPT', 'FLUSH']);
      expect(await store.release({ ...name, value: first })).toBe(true);
    });

    test('takes each step in one round trip', async () => {
      let sent = 0;
      const counted = createLockStore({ address: redis.address, send: (words) => ((sent += 1), redis.send(words)) });
      const steps = async () => {
        const answer = await counted.acquire({ ...name, value: first, checkSuccess: true });
        await counted.renew({ ...name, value: first, fence: (answer as { fence: number }).fence });
        await counted.peek(name);
        await counted.release({ ...name, value: first });
      };
      await steps();
      sent = 0;
      await steps();
      expect(sent).toBe(4);
    });

    test('says which key is of a wrong type, and changes nothing', async () => {
      await redis.send(['HSET', keys.lock, 'field', 'value']);
      const error = await acquire(first).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(LockStoreError);
      expect((error as Error).message).toMatch(
        new RegExp(`at 127.0.0.1:\\d+/6 refused to acquire ${keys.lock}: .*WRONGTYPE.*redis-cli TYPE`),
      );
      expect(await value(keys.fence)).toBeNull();
      expect(await store.list({ task: name.task })).toEqual([]);
    });

    test('refuses values and TTLs that cannot be', async () => {
      await expect(acquire('abcd1234')).rejects.toThrow(/\{task_id\}:\{attempt\}/);
      expect(() => createLockStore(redis, { ttlSeconds: 0 })).toThrow(
        'ttlSeconds is a whole number of seconds, at least 1; got 0',
      );
      expect(() => createLockStore(redis, { successTtlSeconds: 1.5 })).toThrow('successTtlSeconds');
    });
  });
});
