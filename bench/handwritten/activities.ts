/** The hand-written activity: take the lock, work, let it go. */
import { heartbeat } from '@temporalio/activity';
import { type RedisConnection, connectRedis } from '../../src/connections/redis.js';
import { fibo } from '../fibo.js';

const RELEASE = `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0`;

let redis: RedisConnection;

export function useRedis(port: number): RedisConnection {
  redis = connectRedis({ host: '127.0.0.1', port, database: 6, name: 'by-hand' });
  return redis;
}

export async function lockedBody(input: { task: string; date: string; owner: string; fibo: number }): Promise<string> {
  const key = `lock:${input.task}:${input.date}`;
  if ((await redis.send(['SET', key, input.owner, 'NX', 'EX', '300'])) !== 'OK') throw new Error(`${key} is held`);
  const beat = setInterval(() => heartbeat(), 5_000);
  try {
    fibo(input.fibo);
    return `${input.task} ${input.date}`;
  } finally {
    clearInterval(beat);
    await redis.send(['EVAL', RELEASE, '1', key, input.owner]);
  }
}
