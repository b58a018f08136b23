/** The texts of `daychain at`; and the built command, and programs that use the package, beside a worker. */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { listLines } from '../../src/cli/at/list.js';
import { cancelledText, orderText } from '../../src/cli/at/orders.js';
import { scheduledText } from '../../src/cli/commands/at.js';
import { widthOf } from '../../src/cli/table.js';
import type { OneShotView } from '../../src/control/one-shot-view.js';
import type { TaskResult } from '../../src/plan/types.js';
import { type Engine, eventually, resultOf, startEngine } from '../support/engine.js';
import { PROCESS_MS } from '../support/patience.js';
import { temporalAddress, temporalNamespace } from '../support/servers.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const NOW = Date.parse('2026-02-28T07:00:00Z');
const PARIS = 'Europe/Paris';

describe('what has come of a wish', () => {
  const wish = (at: string) => ({
    id: 'x',
    at,
    kind: 'task' as const,
    target: 'task_a',
    params: null,
    date: '20260301',
    tags: [],
  });
  const text = (outcome: 'scheduled' | 'replaced' | 'already' | 'completed', at = '2026-03-01T07:00:00Z') =>
    scheduledText(wish(at), { outcome, id: 'x', workflowId: 'at:x', run: 'task_a:at-x' }, PARIS, NOW);

  test('is told with its time, the zone, and the next command', () => {
    expect(text('scheduled')).toBe('task_a runs once, tomorrow 08:00 Europe/Paris, in 24 h.\nTake it back: daychain at cancel x');
    expect(text('scheduled', '2026-02-28T07:00:07Z')).toContain('today 08:00:07 Europe/Paris, in 7.0 s.');
    expect(text('scheduled', '2027-02-28T07:00:00Z')).toContain('28 Feb 2027 08:00 Europe/Paris, in 365 days.');
    expect(text('replaced')).toContain('It takes the place of the one before.');
    expect(text('scheduled', '2026-02-27T07:00:00Z')).toBe(
      'task_a runs at once: yesterday 08:00 Europe/Paris has passed.\nSee how it goes: daychain show task_a:at-x',
    );
    expect(text('already')).toContain('x is scheduled already: task_a, tomorrow 08:00 Europe/Paris. Nothing was changed.');
    expect(text('completed')).toBe('x has run already; nothing was scheduled.\nHow it went: daychain show task_a:at-x');
  });

  test('and of an order', () => {
    expect(cancelledText({ outcome: 'cancelled', id: 'x', workflowId: 'at:x' })).toBe('x is cancelled; nothing runs.');
    expect(cancelledText({ outcome: 'requested', id: 'x', workflowId: 'at:x' })).toContain('No worker has carried it out yet');
    expect(cancelledText({ outcome: 'already', id: 'x', workflowId: 'at:x' })).toBe('x was cancelled before.');
    expect(orderText({ outcome: 'done', answer: 'released', id: 'x', workflowId: 'at:x' }, 'x is released.')).toBe(
      'x is released.',
    );
    expect(orderText({ outcome: 'accepted', answer: null, id: 'x', workflowId: 'at:x' }, '')).toContain(
      'accepted, not yet applied',
    );
  });
});

describe('the list', () => {
  const view = (over: Partial<OneShotView>): OneShotView => ({
    id: 'x',
    at: '2026-03-01T07:00:00Z',
    kind: 'task',
    target: 'task_a',
    params: null,
    by: 'marie@desk',
    reason: null,
    workflowId: 'at:x',
    runId: 'r',
    status: 'pending',
    end: null,
    closed: null,
    taskQueue: 'q',
    run: 'task_a:at-x',
    open: true,
    state: 'waiting',
    held: null,
    ...over,
  });
  const lines = (views: OneShotView[]) =>
    listLines(views, {
      project: { timezone: PARIS },
      zoneOf: (id) => (id === 'far' ? 'Asia/Tokyo' : PARIS),
      now: NOW,
      width: 100,
    });

  test('names a zone where it is not the project’s, and what keeps one', () => {
    const held = { by: 'marie@desk', reason: 'data is late', until: Date.parse('2026-03-02T07:00:00Z') };
    expect(lines([view({ state: 'held', held }), view({ id: 'y', target: 'far' }), view({ id: 'z', state: 'due' })])).toEqual([
      'AT                          RUNS     ID',
      'tomorrow 08:00              task_a   x',
      '  held by marie@desk: "data is late" until 2 Mar 08:00',
      'tomorrow 16:00 Asia/Tokyo   far      y',
      'tomorrow 08:00              task_a   z',
      '  due; no worker has taken it yet',
    ]);
  });

  test('never cuts an id, and never is wider than 100 columns', () => {
    const id = `a${'b'.repeat(79)}`;
    const told = lines([view({ id, target: 'c'.repeat(80), state: 'running' })]);
    expect(told).toContain(`  ${id}`);
    for (const line of told) expect(widthOf(line)).toBeLessThanOrEqual(100);
    expect(lines([])).toEqual([]);
  });
});

let engine: Engine;
const id = `at_say_${randomUUID().slice(0, 8)}`;

beforeAll(async () => {
  engine = await startEngine({
    name: `at-${randomUUID().slice(0, 8)}`,
    tasks: {
      [id]: `{ params: z.object({ n: z.number().default(1) }), run(ctx) { witness(ctx, 'body'); return { n: ctx.params.n }; } }`,
    },
  });
});

interface Answer {
  exit: number;
  stdout: string;
  stderr: string;
  json: unknown;
}

function node(args: string[], cwd = engine.dir): Promise<Answer> {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(TEMPORAL_|REDIS_|DAYCHAIN_HOME|NODE_OPTIONS|VITEST|FORCE_COLOR)/.test(name),
  );
  const env = { ...Object.fromEntries(kept), TEMPORAL_ADDRESS: temporalAddress(), TEMPORAL_NAMESPACE: temporalNamespace() };
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd, env, timeout: PROCESS_MS }, (error, stdout, stderr) => {
      const exit = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      resolve({ exit, stdout, stderr, json: stdout.startsWith('{') ? JSON.parse(stdout) : null });
    });
  });
}
const at = (...words: string[]) => node([join(ROOT, 'bin/daychain.js'), 'at', ...words]);

describe('daychain at', () => {
  test('schedules, lists, holds, releases and takes back', async () => {
    const scheduled = await at('2099-03-01', '08:00', id, '--id', 'cli', '--params', '{"n": 2}', '--reason', 'spring', '--json');
    expect(scheduled).toMatchObject({
      exit: 0,
      json: {
        outcome: 'scheduled',
        id: 'cli',
        workflowId: 'at:cli',
        run: `${id}:at-cli`,
        at: '2099-03-01T07:00:00Z',
        local: '2099-03-01T08:00:00+01:00',
        timezone: PARIS,
        kind: 'task',
        target: id,
        params: { n: 2 },
        past: false,
      },
    });
    expect((await at('2099-03-01T07:00:00Z', id, '--id', 'cli', '--params', '{"n": 2}')).stdout).toContain(
      'is scheduled already',
    );
    const other = await at('2099-03-01T07:00:00Z', id, '--id', 'cli');
    expect(other).toMatchObject({ exit: 4, stdout: '' });
    expect(other.stderr).toContain('--replace');
    expect(await at('hold', 'cli', '--reason', 'data is late', '--until', '2099-03-02 12:00', '--json')).toMatchObject({
      exit: 0,
      json: { outcome: 'done', id: 'cli', until: '2099-03-02T11:00:00Z' },
    });
    type Listed = { oneShots: { id: string }[] };
    let listed: Answer | undefined;
    await eventually(
      'visibility',
      async () => (listed = await at('list', '--json')) && (listed.json as Listed).oneShots.length > 0,
    );
    expect(listed!.json).toMatchObject({
      oneShots: [
        { id: 'cli', state: 'held', reason: 'spring', held: { reason: 'data is late', until: '2099-03-02T11:00:00.000Z' } },
      ],
    });
    const shown = await node([join(ROOT, 'bin/daychain.js'), 'show', 'at:cli']);
    expect(shown.stdout.replaceAll(/\s+/g, ' ')).toContain('waits for held by');
    expect((await at('release', 'at:cli')).stdout).toBe('cli is released.\n');
    expect((await at('cancel', 'cli', '--reason', 'not needed')).stdout).toBe('cli is cancelled; nothing runs.\n');
    expect((await at('hold', 'cli')).exit).toBe(4);
  });

  test('whose instant has passed says so, and runs at once', async () => {
    const past = await at('2026-03-01T08:00', id);
    expect(past.stdout).toContain(`${id} runs at once: 1 Mar 08:00 Europe/Paris has passed.`);
    const workflowId = `at:${id}-20260301t070000z`;
    expect(await resultOf<TaskResult>(engine.client.workflow.getHandle(workflowId))).toMatchObject({
      status: 'success',
      date: '20260301',
    });
  });

  test.each([
    [['2026-03-29T02:30', id], 'does not exist in Europe/Paris'],
    [['2026-10-25T02:30', id], '2026-10-25T02:30:00+02:00 or 2026-10-25T02:30:00+01:00'],
    [['in', '1', 'hour', 'at_sey'], 'There is no task or chain "at_sey"'],
    [['in', '1', 'hour', id, '--params', '{"m": 1}'], '"m" is no param of the task'],
    [['in', '1', 'hour', id, '--id', 'No'], '"No" is no id'],
    [[id], 'At which instant, and what?'],
    [[], 'At which instant, and what?'],
    [['cancel', 'nobody'], 'There is no one-shot "nobody"'],
    [['hold', 'nobody', '--until', 'noon'], '--until: "noon" is no instant'],
  ])('%j exits 2 and says what is wrong', async (words, said) => {
    const refused = await at(...words);
    expect(refused).toMatchObject({ exit: 2, stdout: '' });
    expect(refused.stderr.replaceAll('\n', ' ')).toContain(said);
  });
});

describe('the package', () => {
  test('is light to import: nothing of Temporal, no configuration, no loader', async () => {
    const loaded = await node(['--input-type=module', '-e', LISTS_WHAT_IT_LOADS]);
    expect(loaded).toMatchObject({ exit: 0, stderr: '' });
    const { modules, exports } = loaded.json as { modules: string[]; exports: string[] };
    expect(exports).toEqual(expect.arrayContaining(['scheduleOnce', 'cancelOnce', 'defineTask']) as string[]);
    expect(
      modules.filter((url) => /@temporalio|\/tsx\/|dist\/(?:config|session|registry|connections|control)\b/.test(url)),
    ).toEqual([]);
    expect(modules.some((url) => url.endsWith('dist/client.js'))).toBe(true);
  });

  test('schedules and takes back from a program, and lets it end', async () => {
    const ran = await node(['--input-type=module', '-e', SCHEDULES, id]);
    expect(ran.stderr).toBe('');
    expect(ran.json).toEqual({
      first: { workflowId: 'at:program', outcome: 'scheduled' },
      again: { workflowId: 'at:program', outcome: 'already' },
      other: ['Refused', 'other_one_shot'],
      replaced: { workflowId: 'at:program', outcome: 'replaced' },
      cancelled: { workflowId: 'at:program', outcome: 'cancelled' },
      unknown: ['BadInput', null],
      neither: ['BadInput', null],
      soon: { workflowId: 'at:program-now', outcome: 'scheduled' },
    });
    expect(await resultOf<TaskResult>(engine.client.workflow.getHandle('at:program-now'))).toMatchObject({ n: 4 });
  });

  test('finds its project where it is told to, and in a worker the one it serves', async () => {
    const elsewhere = mkdtempSync(join(ROOT, 'test/.projects/elsewhere-'));
    try {
      const script = `import { scheduleOnce } from 'daychain'; console.log(JSON.stringify(await scheduleOnce({ at: new Date('2026-03-01T07:00:00Z'), task: process.argv[1], id: 'elsewhere', project: process.argv[2] })));`;
      const ran = await node(['--input-type=module', '-e', script, id, engine.dir], elsewhere);
      expect(ran).toMatchObject({ exit: 0, json: { workflowId: 'at:elsewhere', outcome: 'scheduled' } });
      const inWorker = `import { scheduleOnce } from 'daychain'; const { serve } = await import(process.argv[3]); serve(process.argv[2]); console.log(JSON.stringify(await scheduleOnce({ at: '2099-01-01T00:00', task: process.argv[1], id: 'served' })));`;
      const served = new URL('../../dist/session/served.js', import.meta.url).href;
      const said = await node(['--input-type=module', '-e', inWorker, id, engine.dir, served], elsewhere);
      expect(said).toMatchObject({ exit: 0, json: { workflowId: 'at:served', outcome: 'scheduled' } });
    } finally {
      rmSync(elsewhere, { recursive: true, force: true });
    }
  });
});

/** Modules of both kinds: a loader's hooks see the ones, the cache of require() holds the others. */
const LISTS_WHAT_IT_LOADS = `
import Module, { register } from 'node:module';
import { MessageChannel } from 'node:worker_threads';
const { port1, port2 } = new MessageChannel();
const seen = [];
port1.on('message', (url) => seen.push(url));
register('data:text/javascript,' + encodeURIComponent('let port; export function initialize(data) { port = data.port; } export async function load(url, context, next) { port.postMessage(url); return await next(url, context); }'), { data: { port: port2 }, transferList: [port2] });
const daychain = await import('daychain');
await new Promise((resolve) => setImmediate(resolve));
console.log(JSON.stringify({ modules: [...seen, ...Object.keys(Module._cache)], exports: Object.keys(daychain) }));
port1.close();
`;

const SCHEDULES = `
import { cancelOnce, scheduleOnce } from 'daychain';
const task = process.argv[1];
const refused = (work) => work.then(() => ['none', null], (error) => [error.name, error.kind ?? null]);
const first = await scheduleOnce({ at: '2099-01-01T00:00', task, id: 'program' });
const again = await scheduleOnce({ at: new Date('2098-12-31T23:00:00Z'), task, id: 'program' });
const other = await refused(scheduleOnce({ at: '2099-02-01T00:00', task, id: 'program' }));
const replaced = await scheduleOnce({ at: '2099-02-01T00:00', task, id: 'program', replace: true });
const cancelled = await cancelOnce('program', { reason: 'seen enough' });
const unknown = await refused(scheduleOnce({ at: '2099-02-01T00:00', task: 'nothing' }));
const neither = await refused(scheduleOnce({ at: '2099-02-01T00:00' }));
const soon = await scheduleOnce({ at: 'in 1 second', task, params: { n: 4 }, id: 'program-now' });
console.log(JSON.stringify({ first, again, other, replaced, cancelled, unknown, neither, soon }));
`;
