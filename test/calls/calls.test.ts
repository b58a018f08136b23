import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ServiceError } from '@temporalio/client';
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { createRetryable } from '../../src/calls/retryable.js';
import { callNow, cancelCall } from '../../src/control/call-orders.js';
import { callName, listCalls, readCall, showCall } from '../../src/control/calls.js';
import { keepCall } from '../../src/control/keep-call.js';
import type { Executed, Kept } from '../../src/define/retryable-types.js';
import type { CallResult } from '../../src/plan/calls.js';
import type { JsonObject } from '../../src/plan/types.js';
import { type Engine, eventually, failureOf, resultOf, startEngine, within } from '../support/engine.js';
import { keptPort, redisPort, temporalAddress } from '../support/servers.js';

/** A retryable as a program of a user's imports it: of the built package. */
interface Imported {
  execute(args?: object): Promise<Executed<unknown>>;
  start(args?: object): Promise<Kept>;
}

let engine: Engine;
const mark = randomUUID().slice(0, 8);
const named = (name: string) => `${name}_${mark}`;
/** What the functions did, one line each. */
const ledger = join(tmpdir(), `ledger-${mark}`);
const linesOf = (text: string) =>
  existsSync(ledger)
    ? readFileSync(ledger, 'utf8')
        .split('\n')
        .filter((line) => line.includes(text))
    : [];
const warned: string[] = [];

const WRITE = `const write = (line) => appendFileSync(ctx.secrets.get('LEDGER'), line + '\\n');`;

beforeAll(async () => {
  vi.spyOn(console, 'warn').mockImplementation((text: string) => void warned.push(text));
  engine = await startEngine({
    name: `calls-${mark}`,
    environment: { LEDGER: ledger },
    retryables: {
      [named('letter')]:
        `tags: ['mail'], summary: 'Write a letter', params: z.object({ to: z.string(), on: z.iso.date().optional() }).loose(),
        run: (args, ctx) => { ${WRITE} write('letter to ' + args.to); return { to: args.to, attempt: ctx.attempt }; }`,
      [named('flaky')]:
        `retries: 5, delay: '100 milliseconds', tags: ['mail', 'slow'], params: z.object({ id: z.string(), until: z.number(), at: z.coerce.date().default(() => new Date('2026-01-01')) }),
        run: ({ id, until, at }, ctx) => { ${WRITE} write(id + ' ' + ctx.attempt + ' ' + ctx.callId + ' ' + at.toISOString()); if (ctx.attempt < until) throw new Error('not yet ' + ctx.attempt); return { id }; }`,
      [named('doomed')]:
        `retries: 1, delay: '100 milliseconds', params: z.object({ id: z.string(), how: z.enum(['permanent', 'ever']).default('ever') }),
        run: ({ id, how }, ctx) => { ${WRITE} write(id); throw how === 'permanent' ? new PermanentError('no such record') : new Error('down'); }`,
      [named('later')]: `retries: 2, delay: '1 hour', tags: ['slow'], params: z.object({ id: z.string() }),
        run: ({ id }, ctx) => { ${WRITE} write(id + ' ' + ctx.attempt); if (ctx.attempt === 1) throw id === 'after' ? new RetryAfter('2 hours', 'come back') : new Error('busy'); }`,
    },
  });
  configure(engine.dir, temporalAddress());
});

function configure(dir: string, address: string): void {
  const lines = [`TEMPORAL_ADDRESS=${address}`, 'REDIS_HOST=127.0.0.1', `REDIS_PORT=${redisPort()}`, `LEDGER=${ledger}`];
  writeFileSync(join(dir, '.env'), `${lines.join('\n')}\n`);
}

const imported = async (name: string): Promise<Imported> => {
  const url = pathToFileURL(join(engine.dir, 'retryables', `${named(name)}.js`)).href;
  return ((await import(url)) as { default: Imported }).default;
};
const handleOf = ({ workflowId }: { workflowId: string }) => engine.client.workflow.getHandle(workflowId);
async function kept(name: string, args: object): Promise<Extract<Executed<unknown>, { workflowId: string }>> {
  const executed = await within(20_000, `${name} ${JSON.stringify(args)}`, (await imported(name)).execute(args));
  if (executed.outcome === 'done') throw new Error(`${name} did not fail`);
  return executed;
}

describe('a call that succeeds at once', () => {
  it('returns what the function returned, and leaves nothing behind', async () => {
    const executed = await (await imported('letter')).execute({ to: 'ann' });
    expect(executed).toEqual({ outcome: 'done', value: { to: 'ann', attempt: 1 } });
    expect(linesOf('letter to ann')).toHaveLength(1);
    expect((await listCalls(engine.server, { name: named('letter') })).calls).toEqual([]);
  });
});

describe('a call that fails', () => {
  it('does not throw, is logged, and is tried again by the worker until it succeeds, with its errors kept', async () => {
    const call = await kept('flaky', { id: 'patient', until: 4 });
    expect(call).toMatchObject({ outcome: 'kept', reused: false, error: 'not yet 1' });
    expect(warned.join('\n')).toContain(`${named('flaky')} failed at `);
    const result = await resultOf<CallResult>(handleOf(call));
    expect(result).toMatchObject({ status: 'success', attempts: 4, value: { id: 'patient' } });
    expect(result.attempt_errors.map(({ attempt, message }) => `${attempt} ${message}`)).toEqual(
      [1, 2, 3].map((n) => `${n} not yet ${n}`),
    );
    // The same call in every try, with the same arguments: a date is one here and there.
    const tries = linesOf('patient').map((line) => line.split(' '));
    expect(tries.map(([, attempt]) => attempt)).toEqual(['1', '2', '3', '4']);
    expect(new Set(tries.map(([, , id, at]) => `${id} ${at}`)).size).toBe(1);
    expect(tries[0]![3]).toBe('2026-01-01T00:00:00.000Z');
  });

  it('is given up after its last try, keeps the last five errors, and never blocks the same call later (defect 22)', async () => {
    const long = await kept('flaky', { id: 'endless', until: 99 });
    const { type, message, result } = await failureOf(handleOf(long));
    expect(type).toBe('error');
    expect(message).toContain(`after 6 tries: not yet 6\nTry it again: daychain retries now ${long.workflowId}`);
    const { attempt_errors: errors } = result as unknown as CallResult;
    expect(errors.map(({ attempt }) => attempt)).toEqual([2, 3, 4, 5, 6]);

    const again = await kept('flaky', { id: 'endless', until: 99 });
    expect(again).toMatchObject({ workflowId: long.workflowId, reused: false });
    await failureOf(handleOf(again));
    expect(linesOf('endless')).toHaveLength(12);
  });

  it('for good is kept as a record only', async () => {
    const call = await kept('doomed', { id: 'wrong', how: 'permanent' });
    expect(call).toMatchObject({ outcome: 'given_up', error: 'no such record' });
    await failureOf(handleOf(call));
    expect(linesOf('wrong')).toHaveLength(1);
    const found = await eventually('the list of given up', async () => {
      const { calls } = await listCalls(engine.server, { failed: true, name: named('doomed') });
      return calls.length > 0 ? calls : null;
    });
    expect(found[0]).toMatchObject({ state: 'failed', args: { id: 'wrong', how: 'permanent' }, lastError: 'no such record' });
  });

  it('is tried when the error says', async () => {
    const call = await kept('later', { id: 'after' });
    const { nextTryAt } = await eventually('the worker', async () => {
      const shown = await showCall(engine.server, call.workflowId);
      return shown.nextTryAt !== shown.started ? shown : null;
    });
    expect(Math.round((Date.parse(nextTryAt!) - Date.now()) / 3_600_000)).toBe(2);
    await cancelCall(engine.server, call.workflowId, 'enough');
  });
});

describe('the same call at once', () => {
  it('fifty times is one open retry, and fifty different are fifty', async () => {
    const one = await imported('later');
    const same = await Promise.all(Array.from({ length: 50 }, () => one.execute({ id: 'same' })));
    const different = await Promise.all(Array.from({ length: 50 }, (_, n) => one.execute({ id: `different-${n}` })));
    expect(same.every(({ outcome }) => outcome === 'kept')).toBe(true);
    expect(same.filter((executed) => 'reused' in executed && !executed.reused)).toHaveLength(1);
    expect(different.filter((executed) => 'reused' in executed && !executed.reused)).toHaveLength(50);
    const { calls } = await eventually('the list', async () => {
      const found = await listCalls(engine.server, { name: named('later'), tag: 'slow' });
      return found.calls.filter(({ args }) => args.id !== 'after').length === 51 ? found : null;
    });
    expect(calls.filter(({ args }) => args.id === 'same')).toMatchObject([
      { state: 'waiting', attempt: 2, attempts: 3, lastError: 'busy' },
    ]);

    // Now means now: the pause is an hour.
    const same1 = calls.find(({ args }) => args.id === 'same')!.call;
    expect(readCall(`calls-${mark}`, callName(same1))).toBe(same1);
    expect(await callNow(engine.server, same1, 'the provider is back')).toMatchObject({ outcome: 'done' });
    expect(await resultOf<CallResult>(handleOf({ workflowId: same1 }))).toMatchObject({ status: 'success', attempts: 2 });
    expect(linesOf('same 2')).toHaveLength(1);
    await expect(callNow(engine.server, same1, null)).rejects.toThrow('has succeeded already');

    const other = calls.find(({ args }) => args.id === 'different-7')!.call;
    await cancelCall(engine.server, other, 'wrong address');
    await failureOf(handleOf({ workflowId: other }));
    expect(await showCall(engine.server, other)).toMatchObject({
      state: 'cancelled',
      reason: 'by tests: wrong address',
      errors: [{ attempt: 1, message: 'busy' }],
    });
    // What was taken back can be taken up by hand, with all its tries: the first of them fails again here.
    expect(await callNow(engine.server, other, 'after all')).toMatchObject({ outcome: 'started' });
    await eventually('its first try', () => linesOf('different-7 1').length === 2);
    expect(await showCall(engine.server, other)).toMatchObject({ state: 'waiting', asked: { by: 'tests', reason: 'after all' } });
  });
});

describe('a call that is kept first', () => {
  it('is made by the worker alone', async () => {
    const { workflowId, reused } = await (await imported('letter')).start({ to: 'bob' });
    expect(reused).toBe(false);
    expect(await resultOf<CallResult>(handleOf({ workflowId }))).toMatchObject({ attempts: 1, value: { to: 'bob', attempt: 1 } });
    expect(linesOf('letter to bob')).toHaveLength(1);
  });
});

class Uuid {
  constructor(readonly text: string) {}
}
const circle: Record<string, unknown> = { to: 'x' };
circle.self = circle;

describe('arguments', () => {
  it.each<[string, unknown, string]>([
    ['a Date', { to: 'x', due: new Date(0) }, 'due is a Date: it would come back from a retry as text'],
    ['an object of a class', { to: 'x', ids: [{ id: new Uuid('1') }] }, 'ids[0].id is an object of the class Uuid'],
    ['a Map', { to: 'x', by: new Map() }, 'by is a Map, which JSON does not have'],
    ['undefined', { to: 'x', on: undefined }, 'on is undefined: leave it out'],
    ['NaN', { to: 'x', amount: NaN }, 'amount is NaN'],
    ['a BigInt', { to: 'x', amount: 12n }, 'amount is the BigInt 12'],
    ['a function', { to: 'x', then: () => {} }, 'then is a function'],
    ['what refers to itself', circle, 'self refers to what it stands in'],
    ['what the schema refuses', { to: 7 }, 'to: '],
    ['no object', ['x'], 'arguments are an object'],
    ['a secret by its name', { to: 'x', password: 'p' }, '"password" is named like a secret'],
    ['too much', { to: 'x'.repeat(40_000) }, 'at most 32768 are kept'],
  ])('%s is refused before anything runs, by its path', async (_what, args, words) => {
    const before = linesOf('letter').length;
    const letter = await imported('letter');
    await expect(letter.execute(args as object)).rejects.toThrow(words);
    await expect(letter.start(args as object)).rejects.toMatchObject({ name: 'ArgumentsRefused', fate: 'give_up' });
    expect(linesOf('letter')).toHaveLength(before);
  });

  it('are told from others by what they are, not by how they are ordered', async () => {
    const later = await imported('later');
    const first = await later.start({ id: 'ordered' });
    expect(first.workflowId).toMatch(new RegExp(`^retry:calls-${mark}:${named('later')}:[0-9a-f]{16}$`));
  });
});

describe('a server that cannot be reached', () => {
  it('makes the call throw where it failed, with both reasons, and not where it succeeded', async () => {
    const closed = await keptPort();
    const dir = join(engine.dir, 'elsewhere');
    const { mkdirSync } = await import('node:fs');
    mkdirSync(join(dir, 'retryables'), { recursive: true });
    writeFileSync(join(dir, 'daychain.config.js'), `export default { kind: 'project', definition: { name: 'calls-away' } };\n`);
    configure(dir, `127.0.0.1:${closed}`);
    const away = createRetryable({
      name: 'away',
      project: dir,
      run: (_args: unknown, ctx) => {
        if (ctx.secrets.has('LEDGER')) throw new Error('the mail server is down');
      },
    });
    const thrown: unknown = await within(
      30_000,
      'its refusal',
      away.execute().catch((error: unknown) => error),
    );
    expect(thrown).toMatchObject({ name: 'CallNotKept', fate: 'retry', failure: { message: 'the mail server is down' } });
    expect((thrown as Error).message).toMatch(
      /nothing remembers this call: Cannot reach Temporal at 127\.0\.0\.1:\d+ \(connection refused/,
    );
    const fine = createRetryable({ name: 'fine', project: dir, run: () => 'sent' });
    expect(await fine.execute()).toEqual({ outcome: 'done', value: 'sent' });
  });
});

describe('a server that takes too long to answer', () => {
  /** As the client tells it. */
  const late = () => {
    const cause = Object.assign(new Error('4 DEADLINE_EXCEEDED'), { code: 4, details: 'Deadline exceeded', metadata: {} });
    return new ServiceError('Failed to start Workflow', { cause });
  };
  /** Starts that are not answered in time: what becomes of each. */
  const keep = async (retryable: string, args: JsonObject, ...starts: ('arrives' | 'is lost')[]) => {
    const { workflow } = engine.client;
    const start = workflow.start.bind(workflow);
    const spy = vi.spyOn(workflow, 'start');
    onTestFinished(() => spy.mockRestore());
    for (const what of starts) {
      spy.mockImplementationOnce(async (...call) => {
        if (what === 'arrives') await (await start(...call)).result();
        throw late();
      });
    }
    return await keepCall(engine.server, `calls-${mark}`, {
      ...{ retryable: named(retryable), args, callId: '0123abcd', summary: null, tags: [], date: '20260101' },
      ...{ calledAt: new Date().toISOString(), retries: 2, delayMs: 3_600_000, backoff: 1, maximumDelayMs: 3_600_000 },
      ...{ timeoutMs: 60_000, failed: null },
    });
  };

  it('is asked once more, and a call that it had taken, and that has even ended, is not made again', async () => {
    const { workflowId, reused } = await keep('letter', { to: 'a slow server' }, 'arrives');
    expect(reused).toBe(false);
    await resultOf(engine.client.workflow.getHandle(workflowId));
    expect(linesOf('letter to a slow server')).toHaveLength(1);
  });

  it('is asked once more, and keeps a call that it had not heard of', async () => {
    const { workflowId } = await keep('letter', { to: 'a deaf server' }, 'is lost');
    await resultOf(engine.client.workflow.getHandle(workflowId));
    expect(linesOf('letter to a deaf server')).toHaveLength(1);
  });

  it('for the second time, too, makes the call throw', async () => {
    await expect(keep('letter', { to: 'nobody' }, 'is lost', 'is lost')).rejects.toMatchObject({ cause: { code: 4 } });
  });
});

it('told to try now before there was a worker is tried once there is one', async () => {
  const name = `calls-nudged-${mark}`;
  const retryables = { [named('nudged')]: `retries: 2, delay: '1 hour', params: z.object({}), run: () => ({ fine: true })` };
  const idle = await startEngine({ name, retryables, worker: false });
  const handle = await idle.client.workflow.start('retryCall', {
    taskQueue: idle.taskQueue,
    workflowId: `${named('nudged')}-call`,
    args: [
      {
        ...{ retryable: named('nudged'), args: {}, callId: '0123abcd', summary: null, tags: [], date: '20260101' },
        ...{ calledAt: new Date().toISOString(), retries: 2, delayMs: 3_600_000, backoff: 1, maximumDelayMs: 3_600_000 },
        ...{ timeoutMs: 60_000, failed: { at: new Date().toISOString(), message: 'no', final: false, delayMs: null } },
      },
    ],
  });
  await handle.signal('retryNow', { by: 'marie', reason: null });
  await startEngine({ name, retryables });
  expect(await resultOf<CallResult>(handle)).toMatchObject({ status: 'success', value: { fine: true } });
});
