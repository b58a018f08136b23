/* eslint-disable @typescript-eslint/no-unsafe-return, @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-argument -- bodies are what the tests look into; the document says what they are */
/** Reading and acting over HTTP on a real server: what is told, what is left on record, what a key is good for. */
import { beforeAll, describe, expect, it } from 'vitest';
import { describeRun } from '../../src/control/describe-run.js';
import { readSchedule } from '../../src/control/schedule-record.js';
import type { Project } from '../../src/session/open.js';
import { type Engine, eventually, startEngine, within } from '../support/engine.js';
import { projectOf, serve, TOKENS, type Web } from './web.js';

let engine: Engine;
let project: Project;
let web: Web;
const PERSON = /^web \S+@\S+$/;

beforeAll(async () => {
  engine = await startEngine({
    name: 'web-engine',
    timezone: 'Europe/Paris',
    tasks: {
      task_say:
        '{ summary: "Says it", params: z.object({ n: z.number().int().default(1) }), run: (ctx) => ({ n: ctx.params.n }) }',
      task_wait: '{ run: (ctx) => until(ctx, ctx.secrets.get("GATES") + "/" + ctx.date) }',
      task_fail: '{ retry: { retries: 1, delay: "1 hour" }, run() { throw new TaskError("<b>no luck</b>"); } }',
    },
    chains: {
      daily: { schedule: { daily: '06:00' }, tasks: { task_say: [] } },
      waiting: { schedule: { cron: '30 6 * * 1-5' }, tasks: { task_wait: [] } },
    },
  });
  project = projectOf(engine);
  web = await serve({ project });
});

const ended = async (run: string) =>
  await eventually(`the end of ${run}`, async () => {
    const { body } = await web.get(`/api/runs/${run}`);
    return body.run?.end ? body : null;
  });

describe('a run', () => {
  it('is started once, and keeps who asked and why', async () => {
    const first = await web.post('/api/runs', { id: 'daily', date: '2026-02-03', reason: 'the archive was empty' });
    expect(first.body).toMatchObject({ outcome: 'started', workflowId: 'daily:20260203' });
    const shown = await ended('daily:20260203');
    expect(shown.run.asked).toEqual({ by: expect.stringMatching(PERSON), reason: 'the archive was empty' });
    expect(shown.tasks).toMatchObject([{ task: 'task_say', status: 'success', result: { n: 1 } }]);
    const again = await web.post('/api/runs', { id: 'daily', date: '20260203' });
    expect(again.body).toMatchObject({ outcome: 'completed', runId: first.body.runId });
  });

  it('takes params, and refuses others for the same date with both', async () => {
    await web.post('/api/runs', { id: 'task_say', date: '20260204', params: { n: 7 } });
    expect((await ended('task_say:20260204')).run.result.output).toEqual({ n: 7 });
    const other = await web.post('/api/runs', { id: 'task_say', date: '20260204', params: { n: 8 } });
    expect([other.status, other.body.kind]).toEqual([409, 'other_params']);
    expect(other.body.details).toMatchObject({ theirs: { n: 7 }, yours: { n: 8 } });
    const wrong = await web.post('/api/runs', { id: 'task_say', date: '20260205', params: { n: 'x' } });
    expect([wrong.status, wrong.body.kind]).toEqual([400, 'bad_input']);
  });

  it('is cancelled with a reason, and cannot be without', async () => {
    await web.post('/api/runs', { id: 'waiting', date: '20260203' });
    expect((await web.post('/api/runs/waiting:20260203/cancel', {})).status).toBe(400);
    expect((await web.post('/api/runs/waiting:20260203/cancel', { reason: '  ' })).status).toBe(400);
    const done = await web.post('/api/runs/waiting:20260203/cancel', { reason: 'wrong input' });
    expect(done.body).toMatchObject({ outcome: 'requested' });
    expect((await ended('waiting:20260203')).run).toMatchObject({
      status: 'cancelled',
      message: expect.stringContaining('wrong input'),
    });
  });

  it('is skipped, held and released, each on record with who and why', async () => {
    const skipped = await web.post('/api/runs/task_say:20260206/skip', { reason: 'a holiday' });
    expect(skipped.body).toMatchObject({ order: 'skip', outcome: 'done' });
    const shown = await ended('task_say:20260206');
    expect(shown.run.result).toMatchObject({
      kind: 'skipped_by_operator',
      reason: 'a holiday',
      by: expect.stringMatching(PERSON),
    });
    await web.post('/api/runs/task_say:20260207/hold', { reason: 'wait for the key', until: '+2 hours' });
    await web.post('/api/runs/task_say:20260207/release', { reason: 'the key is here' });
    const { orders } = (await ended('task_say:20260207')).orders;
    expect(orders.map(({ order, reason }: { order: string; reason: string }) => `${order}: ${reason}`)).toEqual([
      'hold: wait for the key',
      'release: the key is here',
    ]);
  });

  it('that waits for its next attempt is tried again now, and says why it waits until then', async () => {
    await web.post('/api/runs', { id: 'task_fail', date: '20260203' });
    const why = await eventually('the pause after the first attempt', async () => {
      const { body } = await web.get('/api/why/task_fail/20260203');
      return body.cause === 'retrying' ? body : null;
    });
    expect(why.sentence).toContain('task_fail 20260203');
    await web.post('/api/runs/task_fail:20260203/retry', { reason: 'mended' });
    const shown = await ended('task_fail:20260203');
    expect(shown.run).toMatchObject({ status: 'failed' });
    expect(shown.run.result.attempts).toBe(2);
    const again = await web.post('/api/runs/task_fail:20260203/rerun', { mode: 'unsuccessful', reason: 'once more' });
    expect(again.body).toMatchObject({ outcome: 'started', repeats: ['task_fail'] });
  });

  it('is found in lists that go on by a cursor, none twice and none left out', async () => {
    // The executions of the tests before; a run that ended between two pages could stand in both.
    const all = await eventually('nine runs in the list, the rerun alone open', async () => {
      const { body } = await web.get('/api/runs?limit=500');
      const open = body.runs.filter(({ end }: { end: string | null }) => end === null);
      const settled = body.runs.length === 9 && open.length === 1 && open[0].workflowId === 'task_fail:20260203';
      return settled && body.cursor === null ? body.runs : null;
    });
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const { body } = await web.get(`/api/runs?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`);
      seen.push(...body.runs.map(({ runId }: { runId: string }) => runId));
      cursor = body.cursor;
    }
    const ids = new Set(all.map(({ runId }: { runId: string }) => runId));
    expect(new Set(seen).size).toBe(seen.length);
    expect([...ids].filter((id) => !seen.includes(id as string))).toEqual([]);
    expect((await web.get('/api/runs?status=cancelled&id=waiting')).body.runs).toHaveLength(1);
    expect((await web.get('/api/runs?cursor=AAAA')).status).toBe(400);
  });
});

describe('a schedule', () => {
  it('is synced, paused and resumed, and its note says who, when and why', async () => {
    const dry = await web.post('/api/sync', { dryRun: true });
    expect(dry.body.schedules).toMatchObject([
      { id: 'daily', change: 'create' },
      { id: 'waiting', change: 'create' },
    ]);
    expect((await web.get('/scheduler_status')).body.status).toBe('not_initialized');
    await web.post('/api/sync', { reason: 'first' });
    const paused = await web.post('/api/schedules/daily/pause', { reason: 'key rotation' });
    expect(paused.body).toMatchObject({ id: 'daily', outcome: 'paused' });
    const note = (await readSchedule(engine.client, 'daily'))?.note;
    expect(note).toMatch(/^paused by web \S+@\S+ at .+Z: key rotation$/);
    expect((await web.get('/api/schedules/daily')).body).toMatchObject({ state: 'paused', note, slots: [] });
    await web.post('/api/schedules/daily/resume', { reason: 'done' });
    expect((await readSchedule(engine.client, 'daily'))?.note).toMatch(/^resumed by web \S+ at .+Z: done$/);
    expect((await web.post('/api/schedules/nothing/pause', {})).status).toBe(404);
  });

  it('stands in the legacy status, in the words and under the names of both schedulers before', async () => {
    const { body } = await web.get('/scheduler_status');
    expect(body).toMatchObject({ status: 'running', job_count: body.jobs.length, total_jobs: body.jobs.length });
    const job = body.jobs.find(({ id }: { id: string }) => id === 'waiting');
    expect(job).toMatchObject({ name: 'waiting', trigger: 'Cron: minute=30, hour=6, day_of_week=1-5', pending: false });
    expect(job.next_run).toMatch(/^\d{4}-\d{2}-\d{2}T06:30:00\+0[12]:00$/);
    expect(job.next_run_time).toBe(job.next_run);
  });
});

describe('a key', () => {
  const keyed = (key: string) => ({ 'idempotency-key': key });

  it('makes an action sent twice one, with the same answer', async () => {
    const wish = { id: 'task_say', date: '20260301', force: true, reason: 'again' };
    const both = await Promise.all([web.post('/api/runs', wish, keyed('both')), web.post('/api/runs', wish, keyed('both'))]);
    expect(both[0].body).toMatchObject({ outcome: 'started' });
    expect(both[1].body).toEqual(both[0].body);
    await ended('task_say:20260301');
    expect((await web.post('/api/runs', wish, keyed('both'))).body).toEqual(both[0].body);
    const other = await web.post('/api/runs', { ...wish, date: '20260302' }, keyed('both'));
    expect([other.status, other.body.kind]).toEqual([409, 'key_used']);
  });

  it('does so after a restart of the server too: nothing runs twice', async () => {
    const wish = { id: 'task_say', date: '20260303', force: true, reason: 'again' };
    const first = await web.post('/api/runs', wish, keyed('restart'));
    await ended('task_say:20260303');
    const next = await serve({ project });
    expect((await next.post('/api/runs', wish, keyed('restart'))).body).toEqual(first.body);
    const unkeyed = await next.post('/api/runs', wish);
    expect(unkeyed.body.runId).not.toBe(first.body.runId);
  });

  it('is each token’s own, and who it was stands in the record', async () => {
    const guarded = await serve({ project, tokens: TOKENS });
    const headers = { authorization: `Bearer ${TOKENS[0].secret}`, ...keyed('both') };
    const { body } = await guarded.post('/api/runs', { id: 'task_say', date: '20260304', reason: 'mine' }, headers);
    expect(body.outcome).toBe('started');
    const run = await describeRun(engine.server, 'task_say:20260304', { ask: false });
    expect(run?.asked).toEqual({ by: 'marie', reason: 'mine' });
  });
});

describe('events', () => {
  it('tell what changes to all who listen, and what was missed to who comes back', async () => {
    const quick = await serve({ project, limits: { pollMs: 100, streams: 2 } });
    const [one, two] = [await listen(quick.url), await listen(quick.url)];
    expect((await quick.get('/api/events')).status).toBe(503);
    await one.until((text) => text.includes('"reachable":true'));
    await quick.post('/api/runs', { id: 'daily', date: '20260401' });
    const text = await one.until((seen) => seen.includes('"daily:20260401"'));
    await two.until((seen) => seen.includes('"daily:20260401"'));
    expect(text).toMatch(/^retry: \d+\n/);
    const id = /^id: (.+)$/m.exec(text)![1]!;
    await two.close();
    const back = await eventually('a place in the streams', () => listen(quick.url, id).catch(() => null));
    expect(await back.until((seen) => seen.includes('"daily:20260401"'))).not.toContain('event: reset');
    await back.close();
    const stranger = await eventually('a place in the streams', () => listen(quick.url, 'of-another-process').catch(() => null));
    await stranger.until((seen) => seen.includes('event: reset'));
    await within(30_000, 'the end of the server', quick.close());
    await within(30_000, 'the end of the stream', one.ended);
  });
});

interface Listening {
  until(met: (text: string) => boolean): Promise<string>;
  ended: Promise<void>;
  close(): Promise<void>;
}

async function listen(url: string, last?: string): Promise<Listening> {
  const controller = new AbortController();
  const headers: Record<string, string> = last === undefined ? {} : { 'last-event-id': last };
  const response = await fetch(`${url}/api/events`, { headers, signal: controller.signal });
  if (response.status !== 200) throw new Error(`the stream answered ${response.status}`);
  let text = '';
  const ended = (async () => {
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) text += chunk;
  })().catch(() => {});
  return {
    until: async (met) => await eventually(`an event, after ${JSON.stringify(text)}`, () => (met(text) ? text : null)),
    ended,
    close: async () => {
      controller.abort();
      await ended;
    },
  };
}

describe('texts from outside', () => {
  const NAUGHTY = [
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    '‮evil',
    "'; DROP TABLE runs; --",
    '../../etc/passwd',
    '$(reboot)',
    '日本語 😀',
    '{{7*7}}',
    '%00',
    'a\r\nset-cookie: x=1',
  ];

  it('come back as data, never as markup, header or path', async () => {
    for (const text of NAUGHTY) {
      const word = encodeURIComponent(text);
      for (const path of [
        `/api/runs/${word}`,
        `/api/chains/${word}`,
        `/api/why/${word}/today`,
        `/api/runs?id=${word}`,
        `/api/preview?spec=${word}`,
      ]) {
        const { status, headers } = await web.get(path);
        expect([400, 404], path).toContain(status);
        expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
        expect(headers.get('set-cookie')).toBeNull();
      }
      for (const path of [`/${word}`, `/assets/${word}`]) {
        const { headers, body } = await web.get(path);
        if (/html/.test(headers.get('content-type') ?? '')) expect(body).not.toContain('<script>alert');
        expect(JSON.stringify(body)).not.toContain('root:');
      }
    }
  });

  it('are kept whole as reasons, and line breaks forge nothing', async () => {
    const reason = 'a & b <i>"c"</i> 😀\n2026-02-03 resumed by nobody';
    await web.post('/api/runs/task_say:20260501/skip', { reason });
    expect((await ended('task_say:20260501')).run.result.reason).toBe(reason);
    expect((await web.post('/api/runs/task_say:20260502/skip', { reason: 'a\u001b[2Jb' })).status).toBe(400);
    expect((await web.post('/api/runs/task_say:20260502/skip', { reason: 'x'.repeat(501) })).status).toBe(400);
  });
});

describe('the rest', () => {
  it('answers as documented', async () => {
    for (const path of [
      '/api/project',
      '/api/check',
      '/api/chains',
      '/api/chains/daily',
      '/api/tasks',
      '/api/tasks/task_say',
      '/api/status',
      '/api/next',
      '/api/gaps',
      '/api/schedules/daily/history',
      '/api/preview?id=daily&from=2026-03-28&to=2026-03-30',
      '/api/backfills',
      '/api/one-shots',
      '/api/locks',
      '/api/doctor',
      '/readyz',
      '/healthz',
      '/metrics',
      '/docs',
      '/openapi.json',
      '/api/chains/daily/plan?outcome=task_say=success',
      '/api/runs/daily:20260203/tasks',
      '/api/runs/daily:20260203/logs',
      '/api/stats',
      '/api/stats.csv?id=daily',
      '/api/retries',
      '/api/keys?task=task_say',
    ]) {
      expect([path, (await web.get(path)).status]).toEqual([path, 200]);
    }
  });

  it('answers to cursors of a log that are none, however long, and breaks no connection over them', async () => {
    const logs = (after: string) => web.get(`/api/runs/daily:20260203/logs?after=${encodeURIComponent(after)}`);
    const shapeless = Buffer.from('{"../../etc/passwd":0}').toString('base64url');
    const endless = Buffer.from('{"a.20260203T000000Z.1.0001.jsonl":1e300}').toString('base64url');
    // The last is as long as is declared; all are within a head's 32 KiB, encoded as they are.
    for (const after of [shapeless, endless, 'é'.repeat(5_000), 'a'.repeat(8_001), 'a'.repeat(8_000)]) {
      const { status, body } = await logs(after);
      expect([status, body.kind], `${after.length} of ${after[0]}`).toEqual([400, 'bad_input']);
    }
    const beyond = await fetch(`${web.url}/api/runs/daily:20260203/logs?after=${encodeURIComponent('é'.repeat(8_000))}`);
    expect(beyond.status).toBe(431);
    expect((await logs((await web.get('/api/runs/daily:20260203/logs')).body.after)).status).toBe(200);
  });

  it('plans and runs a backfill, and one-shots', async () => {
    const wish = { id: 'daily', from: '2026-01-05', to: '2026-01-07', beyondRetention: true, reason: 'a test' };
    expect((await web.post('/api/backfills', { ...wish, dryRun: true })).body).toMatchObject({
      outcome: 'planned',
      plan: { dates: 3 },
    });
    const started = await web.post('/api/backfills', wish);
    expect(started.body).toMatchObject({ outcome: 'started' });
    await eventually('the end of the backfill', async () => {
      const { body } = await web.get(`/api/backfills/${started.body.workflowId}`);
      return body.end === 'completed' && body.result.done === 3;
    });
    const unknown = await web.get('/api/backfills/backfill:daily:20200101-20200102');
    expect([unknown.status, unknown.body.detail]).toEqual([404, expect.stringContaining('There is no backfill')]);
    const shot = await web.post('/api/one-shots', { at: '+2 hours', target: 'task_say', id: 'later', reason: 'a test' });
    expect(shot.body).toMatchObject({ outcome: 'scheduled', workflowId: 'at:later' });
    expect((await web.post('/api/one-shots/later/hold', { reason: 'wait' })).body).toMatchObject({ outcome: 'done' });
    expect((await web.get('/api/one-shots/later')).body).toMatchObject({
      state: 'held',
      held: { by: expect.stringMatching(PERSON) },
    });
    expect((await web.post('/api/one-shots/later/release', {})).body).toMatchObject({ outcome: 'done' });
    expect((await web.post('/api/one-shots/later/cancel', { reason: 'not needed' })).body).toMatchObject({
      outcome: 'cancelled',
    });
  });

  it('takes a left-over lock away, and one that may be alive only by force', async () => {
    await engine.locks.send(['SET', 'lock:task_say:20260601', 'worker-7', 'EX', '300']);
    const refused = await web.post('/api/locks/task_say/20260601/release', { reason: 'stuck' });
    expect([refused.status, refused.body.kind]).toEqual([409, 'lock_held']);
    const done = await web.post('/api/locks/task_say/20260601/release', { reason: 'stuck', force: true });
    expect(done.body).toMatchObject({ outcome: 'unlocked', lock: { holder: 'worker-7', state: 'stranger' } });
    expect((await web.post('/api/locks/task_say/20260601/release', {})).body).toEqual({ outcome: 'free', lock: null });

    await engine.locks.send(['SET', 'shared:lock:the-press:all', 'worker-7', 'EX', '300']);
    const listed = (await web.get('/api/locks')).body as { shared: { name: string }[] };
    expect(listed.shared.find(({ name }) => name === 'the-press')).toMatchObject({ holder: 'worker-7', run: null, waiting: [] });
    expect((await web.post('/api/shared-locks/the-press/release', { force: true })).status).toBe(400);
    expect((await web.post('/api/shared-locks/the-press/release', { reason: 'stuck' })).status).toBe(409);
    const freed = await web.post('/api/shared-locks/the-press/release', { reason: 'stuck', force: true });
    expect(freed.body).toMatchObject({ outcome: 'unlocked', lock: { state: 'stranger' } });
    expect(await engine.locks.send(['GET', 'shared:lock:the-press:all'])).toBeNull();
  });
});
