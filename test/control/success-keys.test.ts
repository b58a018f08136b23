import { beforeEach, describe, expect, it } from 'vitest';
import type { RedisConnection } from '../../src/connections/redis.js';
import { deleteSuccessKeys, listSuccessKeys } from '../../src/control/success-keys.js';
import { createLockStore, type LockStore } from '../../src/lock/redis-store.js';
import { KINDS, useRedis } from '../lock/servers.js';

describe.each(KINDS)('success keys on $kind', (kind) => {
  describe.skipIf(!kind.present)('when it is there', () => {
    const server = useRedis(kind);
    let redis: RedisConnection;
    let store: LockStore;

    beforeEach(async () => {
      redis = server.connect();
      await redis.send(['FLUSHDB']);
      store = createLockStore(redis);
      const set = (key: string, ...more: string[]) => redis.send(['SET', key, 'completed', ...more]);
      await set('success:task_mail:20260203', 'EX', '86400');
      await set('success:task_mail:20260204');
      await set('success:task_sync:20260203', 'EX', '100');
      await set('other:success:task_mail:20260203');
      await redis.send(['SET', 'lock:task_mail:20260203', 'aaaa1111:1']);
      await redis.send(['RPUSH', 'success:task_odd:20260203', 'a list']);
    });

    const names = async (choice: Parameters<typeof listSuccessKeys>[1]) =>
      (await listSuccessKeys(store, choice)).map(({ task, date }) => `${task} ${date}`);

    it('are listed with what is left of them; keys of others and of another kind are none', async () => {
      const keys = await listSuccessKeys(store);
      expect(keys.map(({ key }) => key)).toEqual([
        'success:task_mail:20260203',
        'success:task_mail:20260204',
        'success:task_sync:20260203',
      ]);
      expect(keys[0]).toMatchObject({ task: 'task_mail', date: '20260203', value: 'completed' });
      expect(keys[0]!.ttlMs).toBeGreaterThan(86_000_000);
      expect(keys[1]!.ttlMs).toBeNull();
    });

    it('are chosen by task, date, pattern and age', async () => {
      expect(await names({ tasks: ['task_sync'] })).toEqual(['task_sync 20260203']);
      expect(await names({ tasks: ['*mail', 'nothing'] })).toEqual(['task_mail 20260203', 'task_mail 20260204']);
      expect(await names({ dates: ['2026020*'], tasks: ['task_*'] })).toHaveLength(3);
      expect(await names({ before: '20260204' })).toEqual(['task_mail 20260203', 'task_sync 20260203']);
      expect(await names({ tasks: ['task'] })).toEqual([]);
    });

    it('are deleted only while they say what they were seen to say', async () => {
      const keys = await listSuccessKeys(store, { tasks: ['task_mail'] });
      await redis.send(['SET', 'success:task_mail:20260204', 'changed']);
      expect((await deleteSuccessKeys(store, keys)).map(({ key }) => key)).toEqual(['success:task_mail:20260203']);
      expect(await redis.send(['GET', 'success:task_mail:20260204'])).toBe('changed');
      expect(await redis.send(['EXISTS', 'lock:task_mail:20260203'])).toBe(1);
    });

    it('are found among many, in steps', async () => {
      for (let at = 0; at < 3_000; at += 500) {
        const pairs = Array.from({ length: 500 }, (_, n) => [`success:many_${at + n}:20260101`, 'completed']).flat();
        await redis.send(['MSET', ...pairs]);
      }
      expect(await names({ tasks: ['many_*'] })).toHaveLength(3_000);
    });
  });
});
