import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readValidations } from '../../../examples/civic/lib/validations.js';
import contributionsAnalysis from '../../../examples/civic/tasks/task_contributions_analysis.js';
import { runTask, temporaryFolder } from './fake-context.js';

let out: string;
let remove: () => Promise<void>;
beforeEach(() => ({ folder: out, remove } = temporaryFolder()));
afterEach(() => remove());

const verdicts = () => readValidations(join(out, '20260203'));

describe('task_contributions_analysis', () => {
  test('checks every contribution of the sample and counts truly', async () => {
    const { result, errors } = await runTask(contributionsAnalysis, { out });
    const { validations = [], unchecked } = (await verdicts()) ?? {};
    const valid = validations.filter(({ is_valid }) => is_valid).length;
    expect(validations.length).toBeGreaterThanOrEqual(30);
    expect(result).toMatchObject({
      contributions_fetched: validations.length,
      contributions_processed: validations.length,
      contributions_validated: valid,
      contributions_flagged: validations.length - valid,
      contributions_skipped: 0,
    });
    expect([errors, unchecked]).toEqual([[], []]);
    expect(readdirSync(join(out, '20260203'))).toEqual(['validations.json']);
  });

  test('sees on a past date what had been sent in by then, in the town’s time', async () => {
    const { result } = await runTask(contributionsAnalysis, { out, date: '20251031' });
    expect(result).toMatchObject({ contributions_fetched: 10 });
    // Sent in at 19:42 in Paris on the 18th.
    const early = await runTask(contributionsAnalysis, { out, date: '20250918' });
    expect(early.result).toMatchObject({ contributions_fetched: 1 });
  });

  test('has no work where nothing had been sent in', async () => {
    const { result } = await runTask(contributionsAnalysis, { out, date: '20250917' });
    expect(result).toEqual({ ended: 'no_work', reason: 'no_contributions_to_process', settled: true });
    const empty = await runTask(contributionsAnalysis, { out, params: { folder: out } });
    expect(empty.result).toMatchObject({ reason: 'no_contributions_to_process' });
  });

  test('approves nothing it could not read: a broken record and an empty text are item errors', async () => {
    const good = contribution('good', 'Le sentier de la plage manque de panneaux, je propose d’en poser deux.');
    const folder = inbox([good, contribution('empty', ''), { id: 'torn', title: 3 }, null]);
    const { result, errors } = await runTask(contributionsAnalysis, { out, params: { folder } });
    expect(result).toMatchObject({
      contributions_fetched: 4,
      contributions_processed: 4,
      contributions_validated: 1,
      contributions_flagged: 0,
    });
    expect(errors).toHaveLength(3);
    expect(errors.join('\n')).toContain('inbox.json: torn is no contribution');
    expect(await verdicts()).toMatchObject({ validations: [{ id: 'good' }], unchecked: ['empty', 'torn', 'inbox.json#3'] });
  });

  test('counts what is beyond the limit or repeated as skipped', async () => {
    const texts = ['a', 'b', 'b', 'c'].map((id) => contribution(id, `La place ${id} manque d’arbres, plantons-en.`));
    const { result, warnings } = await runTask(contributionsAnalysis, { out, params: { folder: inbox(texts), limit: 2 } });
    expect(result).toMatchObject({ contributions_fetched: 4, contributions_processed: 2, contributions_skipped: 2 });
    expect(warnings).toEqual([expect.stringContaining('b was there already')]);
  });

  test('a retry keeps the verdicts of the attempt before, and none of another run', async () => {
    const texts = ['a', 'b', 'c'].map((id) => contribution(id, `La rue ${id} est sombre, il faudrait un lampadaire.`));
    const folder = inbox(texts);
    // What a first attempt of this run left, what another run left, and what is still to do.
    const kept = join(out, '20260203', 'validations');
    mkdirSync(kept, { recursive: true });
    writeFileSync(join(kept, 'a.json'), JSON.stringify({ id: 'a', is_valid: true, task_id: '3f9a1c2e' }));
    writeFileSync(join(kept, 'b.json'), JSON.stringify({ id: 'b', is_valid: true, task_id: '00000000' }));
    await runTask(contributionsAnalysis, { out, params: { folder }, finished: { a: 'valid', b: 'valid' } });
    const all = await verdicts();
    expect(all?.validations.map(({ id }) => id)).toEqual(['a', 'c']);
    expect(all?.unchecked).toEqual(['b']);
    expect(existsSync(kept)).toBe(false);
  });

  test('gives the same file when it is repeated', async () => {
    await runTask(contributionsAnalysis, { out });
    const first = await verdicts();
    await runTask(contributionsAnalysis, { out });
    expect(await verdicts()).toEqual(first);
  });

  test('loses no verdict when the worker died between the end of the body and its reply', async () => {
    await runTask(contributionsAnalysis, { out });
    const first = await verdicts();
    const finished = Object.fromEntries(first?.validations.map(({ id, is_valid }) => [id, is_valid ? 'valid' : 'flagged']) ?? []);
    await runTask(contributionsAnalysis, { out, finished });
    expect(await verdicts()).toEqual(first);
  });

  test('refuses a file that is no list of contributions', async () => {
    const folder = inbox({ id: 'alone' });
    await expect(runTask(contributionsAnalysis, { out, params: { folder } })).rejects.toMatchObject({ name: 'PermanentError' });
    writeFileSync(join(folder, 'inbox.json'), '[{');
    await expect(runTask(contributionsAnalysis, { out, params: { folder } })).rejects.toThrow(/inbox\.json is no JSON/);
  });
});

function inbox(content: unknown): string {
  const folder = join(out, 'inbox');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'inbox.json'), JSON.stringify(content));
  return folder;
}

function contribution(id: string, text: string): object {
  return {
    id,
    category: null,
    constat_factuel: text,
    idees_ameliorations: '',
    title: text,
    body: text,
    source: 'input',
    parent_id: null,
    distance_from_parent: 0,
    similarity_to_parent: 1,
    expected_valid: null,
    violations_injected: null,
    metadata: { mutation_type: null, llm_generated: true, submitted_at: '2026-01-05T10:00:00+01:00' },
  };
}
