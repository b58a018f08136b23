/** Temporal and Redis away and back: quick answers with the cause, and no restart needed. */
import { describe, expect, it } from 'vitest';
import { loadProject } from '../../src/registry/index.js';
import { LIMITS } from '../../src/web/api/parts.js';
import { eventually } from '../support/engine.js';
import { writeProject } from '../support/project.js';
import { afterwards, redisPort, startEmbeddedRedis, startOwnTemporal } from '../support/servers.js';
import { projectOf, serve, type Answer } from './web.js';

/** Below the half minute that a client waits who is told nothing, also where a machine stands still for a while. */
const QUICK_MS = 25_000;

async function projectFiles() {
  const written = writeProject({
    name: 'web-away',
    tasks: { task_a: '{ run: () => ({}) }' },
    chains: { chain_a: { schedule: { daily: '06:00' }, tasks: { task_a: [] } } },
  });
  afterwards(() => written.remove());
  return { dir: written.dir, registry: await loadProject(written.dir) };
}

describe('Temporal away', () => {
  it('is told at once, with its address and the cause, and over when it is back', async () => {
    const files = await projectFiles();
    const first = await startOwnTemporal();
    const servers = { temporal: first.address, namespace: 'default', redis: redisPort() };
    const web = await serve({ project: projectOf(files, servers), limits: LIMITS });
    expect((await web.get('/api/status')).status).toBe(200);
    await first.stop();

    const timed = async (path: string): Promise<Answer> => {
      const signal = AbortSignal.timeout(QUICK_MS);
      return await Promise.race([
        web.get(path),
        new Promise<never>((_, reject) =>
          signal.addEventListener('abort', () => reject(new Error(`${path}: not within ${QUICK_MS} ms`))),
        ),
      ]);
    };
    expect((await timed('/api/status')).status).toBe(503);
    const told = await eventually('the cause', async () => {
      const answer = await timed('/api/next');
      // Calls that were under way end without it; whoever connects anew is refused.
      return /connection refused/.test(answer.body.detail as string) ? answer : null;
    });
    expect(told.status).toBe(503);
    expect(told.body).toMatchObject({ kind: 'unreachable', address: first.address });
    expect((await timed('/healthz')).status).toBe(200);
    expect((await timed('/api/chains')).status).toBe(200);
    const ready = await timed('/readyz');
    expect([ready.status, ready.body.ready]).toEqual([503, false]);
    expect((await timed('/metrics')).body).toContain('daychain_reachable{server="temporal"} 0');
    const act = await web.post('/api/runs', { id: 'chain_a', date: '20260203' });
    expect([act.status, act.body.kind]).toEqual([503, 'unreachable']);

    await startOwnTemporal({ home: first.home, port: first.port });
    const back = await eventually('an answer again', async () => {
      const answer = await timed('/api/status');
      return answer.status === 200 ? answer : null;
    });
    expect(back.body.project).toBe('web-away');
  });

  it('leaves what needs only Redis answerable, and the other way round', async () => {
    const files = await projectFiles();
    const redis = await startEmbeddedRedis();
    const web = await serve({ project: projectOf(files, { temporal: '127.0.0.1:1', namespace: 'default', redis: redis.port }) });
    const locks = await web.get('/api/locks');
    expect([locks.status, locks.body.locks]).toEqual([200, []]);
    const other = await serve({ project: projectOf(files, { redis: 1 }) });
    expect((await other.get('/api/status')).status).toBe(200);
    const none = await other.get('/api/locks');
    expect([none.status, none.body.kind]).toEqual([503, 'unreachable']);
    expect(none.body.detail).toContain('127.0.0.1:1');
  });
});
