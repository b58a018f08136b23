import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readValidations } from '../../../examples/civic/lib/validations.js';
import { readRecords } from '../../../examples/civic/lib/records.js';
import contributionsAnalysis from '../../../examples/civic/tasks/task_contributions_analysis.js';
import contributionsRepair from '../../../examples/civic/tasks/task_contributions_repair.js';
import { contribution } from './contribution.js';
import { runTask, temporaryFolder } from './fake-context.js';

let out: string;
let remove: () => Promise<void>;
beforeEach(() => ({ folder: out, remove } = temporaryFolder()));
afterEach(() => remove());

const verdicts = () => readValidations(join(out, '20260203'));

describe('task_contributions_analysis', () => {
  test('checks every contribution of the sample and counts truly', async () => {
    const { result, errors } = await runTask(contributionsAnalysis, { out, params: { limit: 500 } });
    const { validations = [], unchecked } = (await verdicts()) ?? {};
    const valid = validations.filter(({ is_valid }) => is_valid).length;
    expect(validations.length).toBeGreaterThanOrEqual(100);
    expect(result).toMatchObject({
      contributions_processed: validations.length,
      contributions_validated: valid,
      contributions_flagged: validations.length - valid,
      contributions_quarantined: 0,
      contributions_saved: validations.length,
      github_issues_processed: 7,
      providers_tried: ['rules'],
    });
    // One issue bears the label already: somebody has checked it.
    expect(unchecked).toEqual(['github-lanverec__participons-11']);
    expect(errors).toEqual([]);
  });

  test('takes up a hundred at a time, the oldest first, and the rest in the next run', async () => {
    const first = await runTask(contributionsAnalysis, { out, params: { source: 'mockup' }, taskId: 'aaaaaaaa' });
    expect(first.result).toMatchObject({ contributions_processed: 100, contributions_left: 24 });
    const second = await runTask(contributionsAnalysis, { out, params: { source: 'mockup' }, taskId: 'bbbbbbbb' });
    expect(second.result).toMatchObject({ contributions_processed: 24, contributions_left: 0, contributions_fetched: 124 });
    expect((await verdicts())?.validations).toHaveLength(124);
    const third = await runTask(contributionsAnalysis, { out, params: { source: 'mockup' }, taskId: 'cccccccc' });
    expect(third.result).toMatchObject({ ended: 'no_work', reason: 'all_contributions_already_validated' });
    expect((await verdicts())?.validations).toHaveLength(124);
  });

  test('sees on a past date what had been sent in by then, in the town’s time', async () => {
    const { result } = await runTask(contributionsAnalysis, { out, date: '20251031' });
    expect(result).toMatchObject({ contributions_fetched: 10 });
    // Sent in at 19:42 in Paris on the 18th.
    const early = await runTask(contributionsAnalysis, { out, date: '20250918', taskId: 'bbbbbbbb' });
    expect(early.result).toMatchObject({ reason: 'all_contributions_already_validated' });
    expect((await readValidations(join(out, '20250918')))?.validations).toHaveLength(1);
  });

  test('of the last days only, where days are named', async () => {
    const params = { source: 'mockup', days: 7 };
    const { result } = await runTask(contributionsAnalysis, { out, params });
    expect(result).toMatchObject({ after_date: '20260128' });
    const ids = (await verdicts())?.validations.map(({ id }) => id) ?? [];
    expect(ids.length).toBeGreaterThan(2);
    expect(ids.length).toBeLessThan(20);
  });

  test('has no work where nothing had been sent in', async () => {
    const { result } = await runTask(contributionsAnalysis, { out, date: '20250917' });
    expect(result).toEqual({ ended: 'no_work', reason: 'no_contributions_to_process', settled: true });
  });

  test('approves nothing it could not read: a broken record and an empty text are quarantined', async () => {
    const good = contribution('good', 'Le sentier de la plage manque de panneaux, je propose d’en poser deux.');
    const folder = inbox([good, contribution('empty', ''), { id: 'torn', title: 3 }, null]);
    const { result, errors } = await runTask(contributionsAnalysis, { out, params: { folder, source: 'mockup' } });
    expect(result).toMatchObject({
      contributions_fetched: 4,
      contributions_processed: 4,
      contributions_validated: 1,
      contributions_flagged: 0,
      contributions_quarantined: 3,
      contributions_saved: 1,
    });
    expect(errors).toHaveLength(3);
    expect(errors.join('\n')).toContain('inbox.json: torn is no contribution');
    expect((await verdicts())?.validations.map(({ id }) => id)).toEqual(['good']);
    expect((await verdicts())?.unchecked.sort()).toEqual(['empty', 'inbox.json#3', 'torn']);
  });

  test('a text that was changed is checked anew, one that was not is left alone', async () => {
    const [mild, hard] = ['La rue est sombre, il faudrait un lampadaire.', 'Le maire est un crétin, la rue est sombre.'];
    inbox([contribution('a', mild), contribution('b', mild)]);
    const params = { folder: join(out, 'inbox-box'), source: 'mockup' };
    await runTask(contributionsAnalysis, { out, params, taskId: 'aaaaaaaa' });
    inbox([contribution('a', mild), contribution('b', hard)]);
    const { result } = await runTask(contributionsAnalysis, { out, params, taskId: 'bbbbbbbb' });
    expect(result).toMatchObject({ contributions_processed: 1, contributions_flagged: 1 });
    expect((await verdicts())?.validations.map(({ id, task_id }) => [id, task_id])).toEqual([
      ['a', 'aaaaaaaa'],
      ['b', 'bbbbbbbb'],
    ]);
  });

  test('says which ids stood there twice, and checks the first', async () => {
    const folder = inbox(['a', 'b', 'b'].map((id) => contribution(id, `La place ${id} manque d’arbres, plantons-en.`)));
    const { result, warnings } = await runTask(contributionsAnalysis, { out, params: { folder, source: 'mockup' } });
    expect(result).toMatchObject({ contributions_fetched: 2, contributions_processed: 2 });
    expect(warnings).toEqual([expect.stringContaining('b was there already')]);
  });

  test('an attempt after another finds its verdicts, asks for none twice, and counts all', async () => {
    const first = await runTask(contributionsAnalysis, { out, params: { limit: 500 } });
    const before = await readRecords(out);
    const again = await runTask(contributionsAnalysis, { out, params: { limit: 500 } });
    expect(again.result).toEqual(first.result);
    expect(await readRecords(out)).toEqual(before);
  });

  test('a pending text is no verdict with a confidence of 0 (defect 11)', async () => {
    const { result } = await runTask(contributionsAnalysis, { out, params: { source: 'mockup', limit: 1 } });
    expect(result).toMatchObject({ contributions_left: 123 });
    const all = await verdicts();
    expect(all?.validations).toHaveLength(1);
    expect(all?.unchecked).toHaveLength(123);
    expect(all?.validations.every(({ confidence }) => confidence > 0)).toBe(true);
  });

  test('refuses a file that is no list of contributions', async () => {
    const folder = inbox({ id: 'alone' });
    const params = { folder, source: 'mockup' };
    await expect(runTask(contributionsAnalysis, { out, params })).rejects.toMatchObject({ name: 'PermanentError' });
    writeFileSync(join(folder, 'inbox.json'), '[{');
    await expect(runTask(contributionsAnalysis, { out, params })).rejects.toThrow(/inbox\.json is no JSON/);
  });
});

describe('task_contributions_repair', () => {
  const params = () => ({ source: 'mockup', folder: join(out, 'inbox-box') });

  test('puts quarantined ones back, which the next run takes up', async () => {
    inbox([contribution('a', 'La rue est sombre, il faudrait un lampadaire.'), contribution('b', '')]);
    await runTask(contributionsAnalysis, { out, params: params(), taskId: 'aaaaaaaa' });
    const idle = await runTask(contributionsAnalysis, { out, params: params(), taskId: 'bbbbbbbb' });
    expect(idle.result).toMatchObject({ reason: 'all_contributions_already_validated' });

    const dry = await runTask(contributionsRepair, { out, params: { dryRun: true }, taskId: 'cccccccc' });
    expect(dry.result).toMatchObject({ contributions_repaired: 0, repaired: [{ id: 'b', was: 'quarantined' }] });
    expect(await states()).toEqual({ a: 'valid', b: 'quarantined' });
    const { result } = await runTask(contributionsRepair, { out, taskId: 'dddddddd' });
    expect(result).toMatchObject({
      contributions_repaired: 1,
      repaired: [{ id: 'b', error: expect.stringContaining('too few') }],
    });
    expect(await states()).toEqual({ a: 'valid', b: 'pending' });
    const { errors } = await runTask(contributionsRepair, { out, taskId: 'eeeeeeee' });
    expect(errors).toEqual([]);
  });

  test('takes a verdict back only by its id, and warns of ids there are not', async () => {
    inbox([contribution('a', 'La rue est sombre, il faudrait un lampadaire.')]);
    await runTask(contributionsAnalysis, { out, params: params(), taskId: 'aaaaaaaa' });
    await expect(runTask(contributionsRepair, { out, params: { states: ['valid'] } })).rejects.toThrow('name the ids');
    const { warnings } = await runTask(contributionsRepair, {
      out,
      params: { states: ['valid'], ids: ['a', 'z'] },
      taskId: 'bbbbbbbb',
    });
    expect(warnings).toEqual([expect.stringContaining('z is not among')]);
    expect(await states()).toEqual({ a: 'pending' });
  });
});

async function states(): Promise<Record<string, string>> {
  return Object.fromEntries((await readRecords(out)).map(({ id, state }) => [id, state]));
}

function inbox(content: unknown): string {
  const folder = join(out, 'inbox-box');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'inbox.json'), JSON.stringify(content));
  return folder;
}
