import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { closeSites } from '../../src/calls/call-site.js';
import { createRetryable } from '../../src/calls/retryable.js';
import type { Kept } from '../../src/define/retryable-types.js';
import { TEST_HOME_PREFIX } from '../support/test-homes.js';

interface Session {
  server: object;
  close: ReturnType<typeof vi.fn>;
}
const { sessions, keepCall, openClientRedis } = vi.hoisted(() => ({
  sessions: [] as Session[],
  keepCall: vi.fn<(server: object) => Promise<Kept>>(),
  openClientRedis: vi.fn<() => Promise<object>>(),
}));
vi.mock('../../src/control/keep-call.js', () => ({ keepCall }));
vi.mock('../../src/session/open.js', async (original) => ({
  ...(await original<object>()),
  openClientRedis,
  openServer: () => {
    const session = { server: {}, close: vi.fn(() => Promise.resolve()) };
    sessions.push(session);
    return Promise.resolve(session);
  },
}));

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), TEST_HOME_PREFIX));
  mkdirSync(join(dir, 'retryables'));
  const clients = `{ data: { open: async (tools) => (await tools.redis()).address } }`;
  writeFileSync(
    join(dir, 'daychain.config.js'),
    `export default { kind: 'project', definition: { name: 'site', clients: ${clients} } };\n`,
  );
  sessions.splice(0);
  vi.spyOn(console, 'warn').mockImplementation(() => {});
});
afterEach(async () => {
  await closeSites();
  rmSync(dir, { recursive: true, force: true });
});

/** A call that is being kept: on which session, and how that ends. */
async function begin() {
  let end!: { resolve(kept: Kept): void; reject(error: Error): void };
  const before = keepCall.mock.calls.length;
  keepCall.mockImplementationOnce(() => new Promise((resolve, reject) => (end = { resolve, reject })));
  const kept = createRetryable({ name: 'send', project: dir, run: () => {} }).start();
  kept.catch(() => {});
  await vi.waitFor(() => expect(keepCall).toHaveBeenCalledTimes(before + 1), 20_000);
  const server = keepCall.mock.calls[before]![0];
  return {
    session: sessions.findIndex((one) => one.server === server),
    kept,
    succeed: () => end.resolve({ workflowId: 'retry:site:send:1', reused: false }),
    fail: () => end.reject(new Error('the connection broke')),
  };
}

test('a connection that failed one call is left to those that use it, and closed after the last; a new one is not touched', async () => {
  const slow = await begin();
  const quick = await begin();
  expect([slow.session, quick.session]).toEqual([0, 0]);
  quick.fail();
  await expect(quick.kept).rejects.toThrow('the connection broke');
  expect(sessions[0]!.close).not.toHaveBeenCalled();

  const next = await begin();
  expect(next.session).toBe(1);
  slow.fail();
  await expect(slow.kept).rejects.toThrow('the connection broke');
  expect(sessions[0]!.close).toHaveBeenCalledTimes(1);
  expect(sessions[1]!.close).not.toHaveBeenCalled();
  next.succeed();
  await next.kept;

  const last = await begin();
  expect(last.session).toBe(1);
  last.succeed();
  await last.kept;
  await closeSites();
  expect(sessions.map(({ close }) => close.mock.calls.length)).toEqual([1, 1]);
});

test('a Redis that could not be had is asked for again by the next call', async () => {
  openClientRedis
    .mockRejectedValueOnce(new Error('nothing runs here'))
    .mockResolvedValue({ redis: { address: 'redis:6379' }, close: () => {} });
  keepCall.mockResolvedValueOnce({ workflowId: 'retry:site:look:1', reused: false });
  const look = createRetryable({
    name: 'look',
    project: dir,
    run: async (_args: unknown, ctx) => await (ctx.clients as unknown as { data(): Promise<string> }).data(),
  });
  expect(await look.execute()).toMatchObject({ outcome: 'kept', error: expect.stringContaining('nothing runs here') as string });
  expect(await look.execute()).toEqual({ outcome: 'done', value: 'redis:6379' });
});
