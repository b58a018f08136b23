import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createHttp } from 'daychain/kit';
import { testTask, type TestedTask } from 'daychain/testing';
import { beforeEach, describe, expect, test } from 'vitest';
import { localLibrary, type Version } from '../../../examples/civic/lib/prompts/library.js';
import { decideSync } from '../../../examples/civic/lib/prompts/sync.js';
import promptSync from '../../../examples/civic/tasks/task_prompt_sync.js';
import type { Duration } from '../../../src/plan/duration.js';
import { temporaryFolder } from '../../support/servers.js';
import { settingsOf } from './fake-context.js';
import { filesBelow } from './folders.js';
import { json, service } from './services.js';

const PROMPTS = 7;
let out: string;
beforeEach(() => void (out = temporaryFolder()));

const run = (): Promise<TestedTask> => testTask(promptSync, { settings: { ...settingsOf({ CIVIC_OUT: out }) } });
const library = () => localLibrary(join(out, 'prompts', 'library'));
const versions = (name: string) => JSON.parse(readFileSync(join(out, 'prompts', 'library', `${name}.json`), 'utf8')) as Version[];

describe('task_prompt_sync with files for a library', () => {
  test('pushes single prompts and composites once, with their parts put together', async () => {
    expect((await run()).result).toMatchObject({ status: 'success', prompts: PROMPTS, pushed: PROMPTS, library: 'files' });
    expect((await run()).result).toMatchObject({ pushed: 0, unchanged: PROMPTS });
    const [composite, ...others] = versions('charte-validation');
    expect(others).toEqual([]);
    for (const part of ['charte-regles', 'charte-apports', 'themes-liste', 'reponse-json']) {
      expect(composite!.text).toContain(versions(part)[0]!.text);
    }
    expect(filesBelow(join(out, '20260203', 'prompts'))).toHaveLength(PROMPTS);
  });

  test('pulls a composite that was optimised there, beside the file and not over it', async () => {
    await run();
    const { commit } = await library().push('charte-validation', 'Une version mesurée comme meilleure.');
    expect((await run()).result).toMatchObject({ pulled: 1, pushed: 0 });
    expect(readFileSync(join(out, 'prompts', 'optimised', 'charte-validation.md'), 'utf8')).toBe(
      'Une version mesurée comme meilleure.\n',
    );
    const said = JSON.parse(readFileSync(join(out, '20260203', 'prompts', 'charte-validation.json'), 'utf8')) as object;
    expect(said).toMatchObject({ action: 'pulled', commit });
    // Pulled once: the next day has nothing to do, and does not push the old text over it.
    expect((await run()).result).toMatchObject({ pulled: 0, pushed: 0, unchanged: PROMPTS });
    expect(versions('charte-validation').at(-1)!.commit).toBe(commit);
  });

  test('of single prompts the file is the truth', async () => {
    await run();
    await library().push('charte-regles', 'Quelqu’un l’a changé là-bas.');
    expect((await run()).result).toMatchObject({ pushed: 1 });
    expect(versions('charte-regles')).toHaveLength(3);
  });
});

test.each(['single', 'composite'] as const)('a %s prompt edited on both sides is overwritten on neither', (kind) => {
  const prompt = { name: 'x', kind, text: 'mine' };
  const last = { commit: 'one', sha256: 'of an older text' };
  expect(decideSync(prompt, { commit: 'two', text: 'theirs' }, last)).toBe('conflict');
  expect(decideSync(prompt, { commit: 'one', text: 'older' }, last)).toBe('pushed');
  expect(decideSync(prompt, null, null)).toBe('pushed');
});

test('a single prompt edited on both sides stays as it is in the library, day after day, until somebody joins the two', async () => {
  await run();
  // As if the file had been edited since: the last text that both sides had is another.
  const state = join(out, 'prompts', 'synced', 'charte-regles.json');
  const { commit } = JSON.parse(readFileSync(state, 'utf8')) as Version;
  writeFileSync(state, JSON.stringify({ commit, sha256: 'of the text before the edit' }));
  const theirs = await library().push('charte-regles', 'Quelqu’un l’a changé là-bas.');
  for (let day = 0; day < 2; day++) {
    const { result } = await run();
    expect(result).toMatchObject({ pushed: 0, conflicts: 1 });
    expect(result.warnings).toEqual(['charte-regles was edited here and in the library: join them by hand']);
    expect(await library().latest('charte-regles')).toEqual(theirs);
  }
  await library().push('charte-regles', versions('charte-regles')[0]!.text);
  expect((await run()).result).toMatchObject({ pushed: 0, conflicts: 0, unchanged: PROMPTS });
});

describe('task_prompt_sync with an OPIK_API_KEY', () => {
  const withOpik = async (answers: Parameters<typeof service>[0], timeout: Duration = '30 seconds') => {
    const opik = await service(answers);
    const settings = settingsOf({ CIVIC_OUT: out, OPIK_API_KEY: 'key', OPIK_URL: opik.url, OPIK_WORKSPACE: 'mairie' });
    const http = createHttp({ allow: [new URL(opik.url).host], timeout, retries: 1, delay: '1 millisecond' });
    return { opik, tested: await testTask(promptSync, { settings: { ...settings }, clients: { http } }) };
  };
  const RETRIEVE = 'POST /v1/private/prompts/versions/retrieve';
  const CREATE = 'POST /v1/private/prompts/versions';

  test('asks for each prompt, creates those that are missing, in the workspace and with the key', async () => {
    const { opik, tested } = await withOpik({
      [RETRIEVE]: { status: 404 },
      [CREATE]: json({ commit: 'abcd1234', template: 'x' }),
    });
    expect(tested.result).toMatchObject({ status: 'success', pushed: PROMPTS, library: 'opik' });
    const created = opik.asked.filter(({ what }) => what === CREATE);
    expect(created.map(({ body }) => (JSON.parse(body) as { name: string }).name)).toContain('charte-validation');
    expect(created[0]!.headers).toMatchObject({ authorization: 'key', 'comet-workspace': 'mairie' });
  });

  test('one prompt that fails does not hold up the others; all that fail fail the task', async () => {
    let first = true;
    const { tested } = await withOpik({
      [RETRIEVE]: () => (first ? ((first = false), { status: 400 }) : { status: 404 }),
      [CREATE]: json({ commit: 'abcd1234', template: 'x' }),
    });
    expect(tested.result).toMatchObject({
      status: 'success',
      pushed: PROMPTS - 1,
      errors: [expect.stringContaining('answered 400')],
    });
  });

  test.each([
    ['is down', { status: 503 }, /answered 503/],
    ['is overrun', { status: 429 }, /answered 429/],
    ['answers rubbish', { body: 'nope' }, /is not the JSON expected/],
    ['hangs', { never: true }, /did not answer within 1000 ms/],
  ] as const)('where Opik %s, the task fails with the reason, after two requests for each prompt', async (_, answer, message) => {
    const { opik, tested } = await withOpik({ [RETRIEVE]: answer }, 'never' in answer ? '1 second' : undefined);
    expect(tested.result).toMatchObject({ status: 'failed', reason: expect.stringMatching(message) as string });
    expect(opik.asked.length).toBeLessThanOrEqual(2 * PROMPTS);
  });
});
