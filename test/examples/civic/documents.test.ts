import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'daychain';
import { testTask, type TestedTask, type TestTaskOptions } from 'daychain/testing';
import { beforeEach, describe, expect, test } from 'vitest';
import { contributionSchema, type Contribution } from '../../../examples/civic/lib/contributions.js';
import { chunksOf } from '../../../examples/civic/lib/documents/chunks.js';
import { themesByModel, uniqueThemes } from '../../../examples/civic/lib/documents/themes.js';
import audierneDocs from '../../../examples/civic/tasks/task_audierne_docs.js';
import { temporaryFolder } from '../../support/servers.js';
import { settingsOf } from './fake-context.js';

let out: string;
beforeEach(() => void (out = temporaryFolder()));
const NO_MODELS = { providers: [] };
const run = (params = {}, options: TestTaskOptions & { models?: object } = {}): Promise<TestedTask> =>
  testTask(audierneDocs, {
    params,
    settings: { ...settingsOf({ CIVIC_OUT: out }) },
    clients: { llm: options.models ?? NO_MODELS },
    ...options,
  });
const contributions = (name: string) =>
  JSON.parse(readFileSync(join(out, 'documents', 'contributions', `${name}.json`), 'utf8')) as Contribution[];
const table = () => readFileSync(join(out, 'documents', 'progress.md'), 'utf8');

/** One after the other, as by its schedule: each run has its own id, which the tests' runs have not. */
async function runAll(): Promise<TestedTask[]> {
  const all: TestedTask[] = [];
  for (;;) {
    const tested = await run();
    forgetRun();
    if (tested.result.status !== 'success') return [...all, tested];
    all.push(tested);
  }
}
function forgetRun(): void {
  const file = join(out, 'documents', 'progress.json');
  writeFileSync(file, readFileSync(file, 'utf8').replaceAll('"3f9a1c2e"', '"another"'));
}

const HOUSING = { category: 'logement', theme: 'Gendarmerie', evidence: 'neuf appartements à loyer modéré' };

/** A model whose answers are checked as a real one's are. */
function modelThat(answers: (chunk: string) => unknown): object {
  return {
    providers: ['one'],
    ask: (_: unknown, { prompt, schema }: { prompt: string; schema: z.ZodType }) =>
      new Promise((resolve) => resolve({ value: schema.parse(answers(prompt)), provider: 'one', model: 'm' })),
  };
}

describe('task_audierne_docs', () => {
  test('takes the next document each time, skips what is too short, and says when all are done', async () => {
    const all = await runAll();
    expect(all.map(({ result }) => result.output.document ?? result.reason)).toEqual([
      '01-plan-habitat.md',
      '02-jeunes-et-mobilites.md',
      '03-eau-et-littoral.md',
      '04-compte-rendu-reunion-publique.md',
      'all_docs_processed',
    ]);
    expect(all.at(-2)!.result).toMatchObject({ documents_left: 0, all_complete: true });
    // The counts of documents done before stay when another one is done.
    expect(table()).toMatch(/\| 01-plan-habitat\.md \| done \| 20260203 \| 1 \| 3 \| 6 \|/);
    expect(table()).toMatch(/\| 05-note\.md \| too_short/);
    expect(table()).toContain('all_complete');
  });

  test('makes two contributions for each theme, one of which breaks the charter, in the shape of those sent in', async () => {
    await run();
    const made = contributions('01-plan-habitat');
    for (const one of made) expect(contributionSchema.safeParse(one).error).toBeUndefined();
    expect(made).toHaveLength(6);
    expect(made.filter(({ expected_valid }) => expected_valid)).toHaveLength(3);
    expect(new Set(made.flatMap(({ violations_injected }) => violations_injected ?? [])).size).toBe(3);
    expect(made[0]).toMatchObject({
      category: 'logement',
      constat_factuel: "Sur 2 140 logements, 786 ne sont occupés que l'été.",
    });
  });

  test('gives the same contributions with the same ids when a document is done again', async () => {
    await run();
    const first = contributions('01-plan-habitat');
    forgetRun();
    await run({ forceDoc: '01-plan-habitat.md' });
    expect(contributions('01-plan-habitat')).toEqual(first);
  });

  test('an attempt after one that died at the end stays with its document', async () => {
    await run();
    expect((await run({}, { attempt: 2 })).result.output).toMatchObject({ document: '01-plan-habitat.md', documents_left: 3 });
    expect(readdirSync(join(out, 'documents', 'contributions'))).toEqual(['01-plan-habitat.json']);
  });

  test('names the documents there are where a forced one is not', async () => {
    const { result, retry } = await run({ forceDoc: 'nowhere.md' });
    expect(result.reason).toMatch(/there is no document nowhere\.md; there are 01-plan-habitat\.md/);
    expect(retry).toMatchObject({ again: false });
  });

  test('asks a model where one is configured, and leaves the document open where it cannot answer', async () => {
    const theme = { category: 'logement', theme: 'Gendarmerie', evidence: 'neuf appartements à loyer modéré' };
    const told = { category: 'culture', theme: 'Inventé', evidence: 'une phrase que le document ne contient pas' };
    const models = {
      providers: ['one'],
      ask: () => Promise.resolve({ value: { themes: [theme, told, theme] }, provider: 'one', model: 'm' }),
    };
    expect((await run({}, { models })).result).toMatchObject({ themes: 1, contributions: 2 });

    out = temporaryFolder();
    const down = { providers: ['one'], ask: () => Promise.reject(new Error('no model answers (429)')) };
    const { result, retry } = await run({}, { models: down });
    expect(result).toMatchObject({ status: 'failed', reason: expect.stringContaining('no model answers (429)') as string });
    expect(retry).toMatchObject({ again: true });
    expect(table()).toMatch(/\| 01-plan-habitat\.md \| open/);
    expect(existsSync(join(out, 'documents', 'contributions'))).toBe(false);
  });

  test.each([
    ['one theme', [HOUSING], { themes: 1, contributions: 2 }],
    ['no theme', [], { themes: 0, contributions: 0 }],
  ])('a model that finds %s has answered, and the document is done', async (_, themes, counts) => {
    const { result } = await run({}, { models: modelThat(() => ({ themes })) });
    expect(result).toMatchObject({ status: 'success', document: '01-plan-habitat.md', documents_left: 3, ...counts });
    expect(contributions('01-plan-habitat')).toHaveLength(counts.contributions);
    expect(table()).toMatch(/\| 01-plan-habitat\.md \| done/);
    expect(result.warnings).toEqual(themes.length > 0 ? [] : ['no theme was found in 01-plan-habitat.md']);
  });

  test('a document that failed last time stands behind those that did not, and is done in the end', async () => {
    const failing = new Set(['Plan communal', 'Les jeunes et leurs trajets']);
    const models = modelThat((chunk) => ([...failing].some((title) => chunk.includes(title)) ? 'no themes' : { themes: [] }));
    const taken: string[] = [];
    // Nothing but the files is left from one run to the next, as after a restart.
    const next = async (number: number, options = {}) => {
      const slot = { taskId: `0000000${number}`, scheduledFor: new Date(Date.UTC(2026, 1, 3, 2 * number)) };
      const { result } = await run({}, { models, ...slot, ...options });
      taken.push(result.status === 'success' ? (result.output.document as string) : 'failed');
    };
    await next(1);
    expect(table()).toMatch(/\| 01-plan-habitat\.md \| open, tried \| 20260203 \|/);
    // Another attempt of the same run stays with its document.
    await next(1, { attempt: 2 });
    for (const number of [2, 3, 4]) await next(number);
    expect(taken).toEqual(['failed', 'failed', 'failed', '03-eau-et-littoral.md', '04-compte-rendu-reunion-publique.md']);

    // Of two that failed, the one tried longest ago is next; what failed is never given up.
    await next(5);
    expect(taken.at(-1)).toBe('failed');
    failing.clear();
    for (const number of [6, 7, 8]) await next(number);
    expect(taken.slice(-3)).toEqual(['02-jeunes-et-mobilites.md', '01-plan-habitat.md', 'failed']);
  });

  test('a document that is done stays done where doing it again fails', async () => {
    await run();
    forgetRun();
    const { result } = await run({ forceDoc: '01-plan-habitat.md' }, { models: modelThat(() => 'no themes') });
    expect(result.status).toBe('failed');
    expect(table()).toMatch(/\| 01-plan-habitat\.md \| done/);
  });
});

describe('a text in chunks', () => {
  test('is cut at paragraphs, overlaps, and loses nothing', () => {
    const text = Array.from({ length: 60 }, (_, at) => `Paragraphe ${at}. ${'mot '.repeat(40)}`).join('\n\n');
    const chunks = chunksOf(text, { size: 1_500, overlap: 200 });
    expect(chunks.length).toBeGreaterThan(5);
    for (const chunk of chunks) expect(chunk.length).toBeLessThanOrEqual(1_500);
    for (let at = 0; at < 60; at++) expect(chunks.some((chunk) => chunk.includes(`Paragraphe ${at}.`))).toBe(true);
    expect(chunks[1]).toContain(chunks[0]!.slice(-100));
  });

  test('ends also where it has no place to cut', () => {
    expect(chunksOf('x'.repeat(40), { size: 15, overlap: 5 }).every((chunk) => chunk.length <= 15)).toBe(true);
    expect(chunksOf('', {})).toEqual([]);
  });
});

test('themes are kept once each, whatever case and accents they are written in', () => {
  const theme = (text: string) => ({ category: 'culture', theme: text, evidence: text }) as const;
  expect(uniqueThemes([theme('Médiathèque'), theme('MEDIATHEQUE'), theme('Chorale')])).toHaveLength(2);
});

test('what a model quotes counts only if it stands in the text', async () => {
  const value = { themes: [{ category: 'culture', theme: 'x', evidence: 'la  Chorale chante' }] };
  const models = { ask: () => Promise.resolve({ value, provider: 'p', model: 'm' }) } as unknown as Parameters<
    typeof themesByModel
  >[0];
  const ctx = { log: undefined, signal: undefined } as unknown as Parameters<typeof themesByModel>[1];
  expect(await themesByModel(models, ctx, '', 'Ici la chorale\nchante.')).toHaveLength(1);
  expect(await themesByModel(models, ctx, '', 'Ici rien.')).toHaveLength(0);
});
