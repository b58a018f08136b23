/** The views over HTTP: every answer is held against the document. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { DateView } from '../../src/control/views/date-types.js';
import type { GridChain, GridView } from '../../src/control/views/grid-types.js';
import { syncSchedules } from '../../src/control/schedules.js';
import { type Engine, eventually, failureOf, startEngine } from '../support/engine.js';
import { projectOf, serve, type Web } from './web.js';

let engine: Engine;
let web: Web;

beforeAll(async () => {
  engine = await startEngine({
    name: 'web-views',
    timezone: 'Europe/Paris',
    tasks: { wv_a: `{ run() { return { done: 1 }; } }`, wv_b: `{ retry: { retries: 0 }, run() { throw new TaskError('no'); } }` },
    chains: { 'wv-days': { schedule: { daily: '06:00' }, tasks: { wv_a: [], wv_b: ['wv_a'] } } },
  });
  await syncSchedules(engine.server, engine.registry);
  await failureOf(await engine.startChain({ chain: 'wv-days', date: '20260203' }));
  web = await serve({ project: projectOf(engine) });
});

describe('over HTTP', () => {
  it('there is the grid', async () => {
    const cells = await eventually('the list', async () => {
      const { status, body } = await web.get('/api/grid?chains=wv-days&days=3&until=20260204');
      expect(status).toBe(200);
      const [chain] = (body as GridView).chains as [GridChain];
      expect(chain.columns.map(({ key }) => key)).toEqual(['20260202', '20260203', '20260204']);
      const states = chain.rows.map((row) => row.cells[1]!.state);
      return states[0] === 'failed' && chain.schedule.state === 'active' ? states : null;
    });
    expect(cells).toEqual(['failed', 'success', 'failed']);
    expect((await web.get('/api/grid')).body.chains[0].schedule.state).toBe('active');
    expect((await web.get('/api/grid?days=401')).status).toBe(400);
    expect((await web.get('/api/grid?chains=wv-dais')).status).toBe(400);
  });

  it("there is a chain's date", async () => {
    const { status, body } = await web.get('/api/dates/wv-days/20260203');
    expect(status).toBe(200);
    expect((body as DateView).graph.nodes.map(({ task, state }) => [task, state])).toEqual([
      ['wv_a', 'success'],
      ['wv_b', 'failed'],
    ]);
    expect((await web.get('/api/dates/wv-days/20260101')).body.run).toBeNull();
    expect((await web.get('/api/dates/wv-dais/20260203')).status).toBe(404);
    expect((await web.get('/api/dates/wv-days/yesterday')).status).toBe(400);
  });

  it('there is a run in full, of a task and of a chain', async () => {
    const task = await web.get('/api/views/runs/wv_b:20260203');
    expect(task.body).toMatchObject({ state: 'failed', attempt: 1, lock: { state: 'free' } });
    const chain = await web.get('/api/views/runs/wv-days:20260203');
    expect(chain.body.tasks).toMatchObject({ wv_a: { status: 'success' } });
    expect((await web.get('/api/views/runs/wv_b:20250101')).status).toBe(404);
  });

  it('there is what comes next, and the backfills', async () => {
    const next = await web.get('/api/views/next?hours=168');
    expect(next.body.lines[0].slots.length).toBeGreaterThanOrEqual(7);
    expect((await web.get('/api/views/backfills')).body).toEqual({ backfills: [], next: null });
    expect((await web.get('/api/views/backfills/backfill:wv-days:none')).status).toBe(404);
    expect((await web.get('/api/views/backfills?page=bm9uc2Vuc2U')).status).toBe(400);
  });
});
