import { randomBytes } from 'node:crypto';
import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { Output } from '../../src/cli/output.js';
import { runProgram } from '../../src/cli/run-program.js';
import { connectRedis } from '../../src/connections/redis.js';
import { createRateLimiter } from '../../src/lock/rate-limit.js';
import { createLockStore } from '../../src/lock/redis-store.js';
import { createSharedNotes } from '../../src/lock/shared-notes.js';
import { userFolder } from '../support/daychain.js';
import { afterwards, redisPort, temporalAddress } from '../support/servers.js';

test('shared locks and limits are listed with who holds and who waits, and a lock is taken with a reason', async () => {
  const prefix = `${randomBytes(4).toString('hex')}:`;
  const { dir } = userFolder({
    '.env': `TEMPORAL_ADDRESS=${temporalAddress()}\nREDIS_HOST=127.0.0.1\nREDIS_PORT=${redisPort()}\n`,
    'daychain.config.js': `import { defineProject } from 'daychain';\nexport default defineProject({ name: 'shared-locks', lock: { prefix: '${prefix}' } });\n`,
  });
  const call = async (...words: string[]) => {
    const [stdout, stderr] = [new PassThrough(), new PassThrough()];
    const exit = await runProgram([...words, '--project', dir], new Output(stdout, stderr, words.includes('--json'), false));
    return { exit, text: String(stdout.read() ?? ''), errors: String(stderr.read() ?? '') };
  };
  const redis = connectRedis({ port: redisPort(), database: 6 });
  afterwards(() => redis.close());
  const notes = createSharedNotes(redis, prefix);
  const value = '3f9a1c2e:1';
  const store = createLockStore(redis, { prefix: `${prefix}shared:`, ttlSeconds: 300 });
  await store.acquire({ task: 'printer', scope: 'all', value, checkSuccess: false });
  await notes.holds('printer', value, 'task_print:20260203');
  await notes.waits('lock', 'printer', 'task_mail:20260203', 600_000);
  for (const run of ['task_mail:20260203', 'task_mail:20260204']) await notes.waits('rate', 'brevo', run, 600_000);
  await createRateLimiter(redis, prefix).take('brevo', 1, 3_600_000);

  const { text } = await call('locks');
  expect(text).toMatch(/printer +task_print:20260203 +\d min( \d+ s)? +looks like ours.* +task_mail:20260203/);
  expect(text).toMatch(/brevo +1 of 1 in 1 h +in (59 min|60 min|1 h).* +task_mail:2026020[34] and 1 more/);
  expect((await call('locks', 'task_print')).text).not.toContain('brevo');
  expect((await call('locks', 'task_other')).text).toContain('No locks of task_other');
  const json = JSON.parse((await call('locks', '--json')).text) as { shared: object[]; limits: object[] };
  expect(json.shared).toMatchObject([
    { name: 'printer', holder: value, run: 'task_print:20260203', waiting: ['task_mail:20260203'] },
  ]);
  expect(json.limits).toMatchObject([{ name: 'brevo', limit: 1, perMs: 3_600_000, used: 1 }]);

  expect(await call('unlock', 'printer', '--shared')).toMatchObject({ exit: 2, errors: expect.stringContaining('Say why') });
  expect(await call('unlock', 'printer')).toMatchObject({ exit: 2, errors: expect.stringContaining('Of which date?') });
  const words = ['unlock', 'printer', '--shared', '--reason', 'it was replaced'];
  const refused = await call(...words);
  expect(refused.exit).toBe(4);
  expect(refused.errors).toContain('held by task_print:20260203');
  expect(await redis.send(['GET', `${prefix}shared:lock:printer:all`])).toBe(value);
  expect(await call(...words, '--yes')).toMatchObject({ exit: 0, text: expect.stringContaining('is free') });
  expect(await redis.send(['GET', `${prefix}shared:lock:printer:all`])).toBeNull();
  expect(await notes.taken('printer', value)).toMatchObject({ reason: 'it was replaced' });
  expect((await call(...words)).text).toContain('Nobody holds');
});
