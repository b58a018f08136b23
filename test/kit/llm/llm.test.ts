import type { ServerResponse } from 'node:http';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { failureOf } from '../../../src/activities/verdict.js';
import { z } from '../../../src/index.js';
import { createLlm, LlmAnswerError, LlmBudgetSpent, LlmUnavailable, type LlmOptions } from '../../../src/kit/index.js';
import { HttpError } from '../../../src/kit/http/errors.js';
import { troubleOf } from '../../../src/kit/llm/troubles.js';
import { within } from '../../support/engine.js';
import { KEY, startModel, status, type Api, type ModelServer } from './model-servers.js';

const APIS: Api[] = ['openai', 'anthropic', 'ollama'];
const Verdict = z.object({ verdict: z.enum(['valid', 'violates']), reasons: z.array(z.string()) });
const FITS = JSON.stringify({ verdict: 'violates', reasons: ['names a person'] });

function open(servers: readonly ModelServer[], options: Partial<LlmOptions> = {}, tools: { clock?: () => number } = {}) {
  const llm = createLlm({ providers: servers.map(({ provider }) => provider), wait: 0, retries: 0, ...options }, tools);
  onTestFinished(() => llm.close());
  const log = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };
  const ctx = { log, signal: new AbortController().signal };
  const ask = () =>
    within(20_000, 'an answer', llm.ask(ctx, { system: 'You judge.', prompt: 'Is this civil?', schema: Verdict }));
  return { llm, log, ctx, ask };
}

async function errorOf<E extends Error>(asked: Promise<unknown>): Promise<E> {
  return await asked.then(
    () => Promise.reject(new Error('it did not fail')),
    (error: E) => error,
  );
}

describe.each(APIS)('%s', (api) => {
  test('is asked as it wants to be, and answers with a value, its usage and its price', async () => {
    const server = await startModel(api, [{ text: FITS }], { price: { input: 1_000, output: 10_000 } });
    const { ask, llm, log } = open([server]);
    const answer = await ask();
    expect(answer).toMatchObject({
      value: { verdict: 'violates', reasons: ['names a person'] },
      provider: api,
      model: `${api}-model-0203`,
      usage: { inputTokens: 30, outputTokens: 12, cost: 0.15 },
      asks: 1,
      passedOver: [],
    });
    expect(answer.milliseconds).toBeGreaterThanOrEqual(0);
    expect(await llm.spent()).toEqual({ calls: 1, tokens: 42, cost: 0.15 });
    expect(log.info).toHaveBeenCalledWith(
      'a language model answered',
      expect.objectContaining({ provider: api, inputTokens: 30, outputTokens: 12, cost: 0.15 }),
    );
    const [question] = server.questions();
    expect(question).toMatchObject({ model: `${api}-model` });
    const text = JSON.stringify(question);
    for (const part of ['You judge.', 'Is this civil?', '"enum":["valid","violates"]', '1024']) expect(text).toContain(part);
  });

  test.each([
    ['rubbish', { text: 'It is fine, I think.' }, 'malformed', 2],
    ['JSON with words around it', { text: `Here you are: ${FITS}` }, 'malformed', 2],
    ['half of the JSON', { text: FITS.slice(0, -4) }, 'malformed', 2],
    ['another schema', { text: '{"verdict":"maybe","reasons":[]}' }, 'malformed', 2],
    ['nothing', {}, 'empty', 1],
    ['what was cut off, though it is whole', { text: FITS, stop: 'cut_off' as const }, 'cut_off', 1],
  ])('is never believed when it answers with %s', async (_, said, fault, asks) => {
    const server = await startModel(api, [said]);
    const error = await errorOf<LlmAnswerError>(open([server]).ask());
    expect(error).toBeInstanceOf(LlmAnswerError);
    expect(error).toMatchObject({ fault, provider: api });
    expect(failureOf(error).nonRetryable).toBe(false);
    expect(server.questions()).toHaveLength(asks);
  });

  test('is told once what is wrong with its answer, and may mend it', async () => {
    const server = await startModel(api, [{ text: '{"verdict":"maybe","reasons":[]}' }, { text: FITS }]);
    const { ask, llm } = open([server]);
    expect(await ask()).toMatchObject({ value: { verdict: 'violates' }, asks: 2, usage: { inputTokens: 60, outputTokens: 24 } });
    const again = JSON.stringify(server.questions()[1]);
    expect(again).toContain('maybe');
    expect(again).toContain('verdict: Invalid option');
    expect((await llm.spent()).calls).toBe(2);
  });

  test('gives text where text is asked for', async () => {
    const server = await startModel(api, [{ text: 'A dull day.' }]);
    const { llm, ctx } = open([server]);
    expect((await llm.text(ctx, { prompt: 'How was it?' })).value).toBe('A dull day.');
  });

  test('answers a doctor who has the right key, and no other', async () => {
    const server = await startModel(api, [{ text: FITS }]);
    const { llm } = open([server], { budget: { calls: 200 } });
    expect(await llm.check()).toBe(`${api} (${api}-model) answers; 0 of 200 calls today`);
    const stranger = open([{ ...server, provider: { ...server.provider, key: 'wrong' } }]).llm;
    await expect(stranger.check()).rejects.toThrow(`${api}: ${server.origin}`);
    await expect(stranger.check()).rejects.toThrow('answered 401');
  });
});

test('a refusal is the last word: it is not asked again, nor is another model, nor is the task', async () => {
  const servers = [await startModel('openai', [{ stop: 'refused' }]), await startModel('ollama', [{ text: FITS }])];
  const error = await errorOf<LlmAnswerError>(open(servers).ask());
  expect(error).toMatchObject({ fault: 'refused', why: 'I would rather not' });
  expect(failureOf(error).nonRetryable).toBe(true);
  expect(servers[1]!.asked).toEqual([]);
});

describe('the next model is asked', () => {
  test.each([
    ['429', status(429), 'rate_limited', 60_000],
    ['429 with a time', status(429, { 'retry-after': '17' }), 'rate_limited', 17_000],
    ['500', status(500), 'overloaded', 60_000],
    ['503 with a time', status(503, { 'retry-after': '90' }), 'overloaded', 90_000],
    ['529', status(529), 'overloaded', 60_000],
    ['401', status(401), 'not_let_in', 60_000],
    ['402', status(402), 'not_let_in', 60_000],
    ['400', status(400), 'rejected', 0],
    ['404', status(404), 'rejected', 0],
    [
      'no JSON',
      (response: import('node:http').ServerResponse) => void response.end('<html>rate limit</html>'),
      'unreadable',
      60_000,
    ],
    ['other JSON', (response: import('node:http').ServerResponse) => void response.end('{"ok":true}'), 'unreadable', 60_000],
    [
      'half an answer',
      (response: import('node:http').ServerResponse) =>
        void response.writeHead(200, { 'content-length': 900 }).write('{"mod', () => response.destroy()),
      'unreachable',
      60_000,
    ],
    ['a redirect', status(302, { location: 'http://127.0.0.1/' }), 'rejected', 0],
    ['nothing in time', () => {}, 'unreachable', 60_000],
  ])('after %s', async (_, answer, kind, restMs) => {
    const first = await startModel('openai', [answer]);
    const second = await startModel('anthropic', [{ text: FITS }]);
    const { ask, log } = open([first, second], { timeout: '2 seconds' });
    const found = await ask();
    expect(found.provider).toBe('anthropic');
    expect(first.asked).toHaveLength(1);
    expect(log.warn).toHaveBeenCalledWith('a language model could not be asked', expect.objectContaining({ kind, restMs }));
    // The one that could not is left alone, unless the request was to blame.
    await ask();
    expect(first.asked).toHaveLength(restMs === 0 ? 2 : 1);
    expect(JSON.stringify(log.warn.mock.calls)).not.toContain(KEY);
  });

  test('never for what an answer says: "rate limit", "quota" and "429" in its text are its text (defect 9)', async () => {
    const text = JSON.stringify({ verdict: 'valid', reasons: ['quota exhausted, error 429: rate limit'] });
    const servers = [await startModel('openai', [{ text }]), await startModel('ollama', [{ text: FITS }])];
    expect(await open(servers).ask()).toMatchObject({ provider: 'openai', value: { verdict: 'valid' } });
    expect(servers[1]!.asked).toEqual([]);
  });

  test('in vain, where none can: the task comes back when the first may be asked again', async () => {
    const servers = [
      await startModel('openai', [status(429, { 'retry-after': '120' })]),
      await startModel('anthropic', [status(503, { 'retry-after': '40' })]),
    ];
    const error = await errorOf<LlmUnavailable>(open(servers).ask());
    expect(error).toBeInstanceOf(LlmUnavailable);
    expect(error.troubles.map(({ provider, status }) => [provider, status])).toEqual([
      ['openai', 429],
      ['anthropic', 503],
    ]);
    expect(failureOf(error)).toMatchObject({ nonRetryable: false, nextRetryDelay: 40_000 });
  });

  test('and keys that are wrong everywhere end the task for good', async () => {
    const server = await startModel('openai', [status(401)]);
    expect(failureOf(await errorOf(open([server]).ask())).nonRetryable).toBe(true);
  });
});

test.each([
  ['1e+21 milliseconds', 60_000],
  ['99999999999999999999 days', 86_400_000],
])('a provider that asks to be left alone for "%s" is, for no longer than a day', (delay, restMs) => {
  const error = new HttpError('answered 429', {
    trouble: 'status',
    fate: 'retry',
    url: new URL('https://model.example'),
    status: 429,
    delay: delay as never,
  });
  expect(troubleOf(error, 'openai', 60_000)).toMatchObject({ kind: 'rate_limited', restMs });
});

test('where all are left alone for a moment, the moment is waited for', async () => {
  const server = await startModel('openai', [status(500), { text: FITS }]);
  const { ask } = open([server], { cooldown: '20 milliseconds', wait: '15 seconds' });
  expect(await ask()).toMatchObject({ provider: 'openai', passedOver: [{ kind: 'overloaded', status: 500 }] });
});

test('the signal ends a question that is under way', async () => {
  const server = await startModel('openai', [() => {}]);
  const { llm, log } = open([server]);
  const stop = new AbortController();
  const asked = llm.text({ log, signal: stop.signal }, { prompt: 'x' });
  await vi.waitFor(() => expect(server.asked).toHaveLength(1), 10_000);
  stop.abort(new Error('told to stop'));
  await expect(within(10_000, 'its end', asked)).rejects.toThrow('told to stop');
});

describe('a model that is to rest between two requests', () => {
  test('rests however many ask at once', async () => {
    const PAUSE_MS = 60;
    const rests: number[] = [];
    let answeredAt = -Infinity;
    const reply = (response: ServerResponse) => {
      rests.push(performance.now() - answeredAt);
      answeredAt = performance.now();
      response.writeHead(200).end(JSON.stringify({ message: { content: FITS }, done: true, done_reason: 'stop' }));
    };
    const server = await startModel('ollama', [reply], { pause: `${PAUSE_MS} milliseconds` });
    const { ask } = open([server]);
    const answers = await Promise.allSettled([ask(), ask(), ask()]);
    expect(answers.map((one) => one.status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled']);
    expect(rests).toHaveLength(3);
    // A timer may go off a millisecond early.
    for (const rest of rests) expect(rest).toBeGreaterThanOrEqual(PAUSE_MS - 1);
  });

  test('is waited for no longer than the signal says, and asked by nobody who has left', async () => {
    let answer!: () => void;
    const hangs = (response: ServerResponse) => {
      answer = () => response.writeHead(500).end();
    };
    const server = await startModel('ollama', [hangs], { pause: '1 millisecond' });
    const { llm, log, ctx } = open([server]);
    const first = errorOf(llm.text(ctx, { prompt: 'first' }));
    await vi.waitFor(() => expect(server.asked).toHaveLength(1), 10_000);
    const stop = new AbortController();
    const second = llm.text({ log, signal: stop.signal }, { prompt: 'second' });
    await vi.waitFor(async () => expect((await llm.spent()).calls).toBe(2), 10_000);
    stop.abort(new Error('told to stop'));
    await expect(within(10_000, 'its end', second)).rejects.toThrow('told to stop');
    answer();
    await first;
    expect(server.asked).toHaveLength(1);
  });
});

describe('a budget', () => {
  const NOON = Date.parse('2026-02-03T12:00:00Z');

  test.each([
    ['calls', { calls: 2 }, 2],
    ['tokens', { tokens: 84 }, 84],
    ['cost', { cost: 0.3 }, 0.3],
  ])('of %s lasts as long as it says, and opens again at midnight by UTC', async (of, budget, used) => {
    const server = await startModel('openai', [{ text: FITS }], { price: { input: 1_000, output: 10_000 } });
    let now = NOON;
    const { ask } = open([server], { budget }, { clock: () => now });
    await ask();
    await ask();
    const error = await errorOf<LlmBudgetSpent>(ask());
    expect(error).toBeInstanceOf(LlmBudgetSpent);
    expect(error).toMatchObject({ of, used, opensAt: new Date('2026-02-04T00:00:00Z') });
    expect(error.message).toContain('opens again at 2026-02-04T00:00:00.000Z, in 12 h');
    expect(failureOf(error)).toMatchObject({ nonRetryable: false, nextRetryDelay: 12 * 3_600_000 });
    expect(server.asked).toHaveLength(2);
    now += 12 * 3_600_000;
    await ask();
    expect(server.asked).toHaveLength(3);
  });

  test('counts a request that is sent again, and sends none that goes beyond it', async () => {
    const server = await startModel('openai', [status(500), { text: FITS }, status(500), { text: FITS }]);
    const { ask, llm } = open([server], { retries: 1, budget: { calls: 3 } });
    expect(await ask()).toMatchObject({ asks: 1 });
    expect((await llm.spent()).calls).toBe(2);
    const error = await errorOf<LlmBudgetSpent>(ask());
    expect(error).toMatchObject({ name: 'LlmBudgetSpent', of: 'calls', used: 3 });
    expect(server.asked).toHaveLength(3);
  });

  test.each([{ calls: 0 }, { tokens: -1 }, { calls: 1.5 }, { costs: 3 }])('%j is refused', (budget) => {
    expect(() => createLlm({ providers: [], budget })).toThrow();
  });
});

test('models without a key are left out, and with none left a task ends with words', async () => {
  const server = await startModel('ollama', [{ text: FITS }]);
  const none = { api: 'openai', model: 'x', key: null } as const;
  const llm = createLlm({ providers: [none, server.provider] });
  onTestFinished(() => llm.close());
  expect(llm.providers).toEqual(['ollama']);
  const { ctx } = open([]);
  const empty = createLlm({ providers: [none] });
  expect(await empty.check()).toContain('no key is set');
  await expect(empty.text(ctx, { prompt: 'x' })).rejects.toThrow('no language model is configured');
  expect(() => createLlm({ providers: [server.provider, server.provider] })).toThrow('two language models are named "ollama"');
});
