/** The charter's tasks in real workers: killed in the middle, badly asked, badly configured and badly served. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { ContributionRecord } from '../../../examples/civic/lib/records.js';
import type { TaskResult } from '../../../src/plan/types.js';
import { runDaychain } from '../../support/built-command.js';
import { resultOf } from '../../support/engine.js';
import { KILLED_PACE, openExample, type Example } from '../../support/example.js';
import { localServer, type LocalServer } from './servers.js';

const VERDICT = {
  is_valid: true,
  violations: [],
  encouraged_aspects: ['question'],
  reasoning: 'Une question sur la commune.',
  confidence: 0.6,
  category: 'culture',
  category_confidence: 0.6,
};

let civic: Example;
let model: LocalServer;

beforeAll(async () => {
  model = await localServer(() => ({
    json: { model: 'small', choices: [{ finish_reason: 'stop', message: { content: JSON.stringify(VERDICT) } }], usage: {} },
  }));
  civic = await openExample('civic', { OPENAI_API_KEY: 'key', OPENAI_URL: model.url }, KILLED_PACE);
});

const out = (...parts: string[]) => join(civic.dir, 'out', ...parts);
const json = <T>(...parts: string[]) => JSON.parse(readFileSync(out(...parts), 'utf8')) as T;
const records = () =>
  readdirSync(out('records'))
    .filter((name) => !name.startsWith('.'))
    .map((name) => json<ContributionRecord>('records', name));

describe('a worker that is killed in the middle', () => {
  let analysis: TaskResult;
  let experiment: TaskResult;
  beforeAll(async () => {
    [analysis, experiment] = (await civic.killedInTheMiddle(
      {
        task: 'task_contributions_analysis',
        date: '20260501',
        params: { source: 'mockup', limit: 30 },
        at: { file: 'records/', count: 12 },
      },
      { task: 'task_opik_experiment', date: '20260502', params: { validator: 'rules' }, at: { file: 'ha-', count: 60 } },
    )) as [TaskResult, TaskResult];
  }, 400_000);

  test('of task_contributions_analysis: every text has one verdict, and at most one per lost attempt was asked for twice', () => {
    expect(analysis).toMatchObject({
      status: 'success',
      errors: [],
      output: { contributions_processed: 30, contributions_saved: 30 },
    });
    expect(records().filter(({ judgement }) => judgement?.provider === 'openai')).toHaveLength(30);
    expect(json<{ validations: unknown[] }>('20260501', 'validations.json').validations).toHaveLength(30);
    const texts = model.asked.map(({ body }) => JSON.stringify((body as { messages: unknown }).messages));
    expect(new Set(texts).size).toBe(30);
    // An attempt that is lost leaves at most one answer behind that is not noted.
    expect(texts.length).toBeLessThanOrEqual(30 + analysis.attempts - 1);
  });

  test('of task_opik_experiment: one experiment, all texts, one name', () => {
    expect(experiment).toMatchObject({
      status: 'success',
      output: { experiment: 'charter-experiment-20260502-001', experiments_passed: 1 },
    });
    expect(json('experiments', 'charter-experiment-20260502-001.json')).toMatchObject({ items: 120, unjudged: 0 });
    expect(readdirSync(out('experiments')).filter((name) => name.endsWith('.json'))).toEqual([
      'charter-experiment-20260502-001.json',
      'ledger.json',
    ]);
  });

  test('of task_opik_evaluate: every verdict is evaluated once', async () => {
    const [result] = await civic.killedInTheMiddle({
      task: 'task_opik_evaluate',
      date: '20260501',
      at: { file: 'charter-evaluation-20260501-001.json' },
    });
    expect(result).toMatchObject({
      status: 'success',
      output: { items_evaluated: 30, experiment: 'charter-evaluation-20260501-001' },
    });
    const lines = readFileSync(out('experiments', 'charter-evaluation-20260501-001.jsonl'), 'utf8').trim().split('\n');
    expect(new Set(lines.map((line) => (JSON.parse(line) as { item: { id: string } }).item.id)).size).toBe(30);
  });

  test('of task_contributions_repair: all that were named wait again', async () => {
    const ids = records()
      .map(({ id }) => id)
      .slice(0, 8);
    const [result] = await civic.killedInTheMiddle({
      task: 'task_contributions_repair',
      date: '20260503',
      params: { ids, states: ['valid'] },
      at: { file: 'records/', count: 4 },
    });
    expect(result).toMatchObject({ status: 'success', output: { contributions_repaired: 8 } });
    expect(
      records()
        .filter(({ state }) => state === 'pending')
        .map(({ id }) => id),
    ).toEqual(ids);
  });
});

test('a param there is not, and a setting that is none, are refused by name', async () => {
  await civic.start();
  const params = await civic.daychain('run', 'task_contributions_analysis', '--date', '20260512', '--params', 'sources=github');
  expect(params.exit).toBe(2);
  expect(params.stderr + params.stdout).toContain('sources');
  const settings = await runDaychain(civic.dir, ['check'], { GITHUB_URL: 'nonsense', LLM_CALLS_A_DAY: '0' });
  expect(settings.exit).toBe(2);
  for (const name of ['GITHUB_URL', 'LLM_CALLS_A_DAY']) expect(settings.stderr + settings.stdout).toContain(name);
});

test('a provider that answers rubbish fails the run in words, and leaves nothing approved', async () => {
  const rubbish = await localServer(() => ({ text: '<html>busy</html>' }));
  const other = await openExample('civic', { OPENAI_API_KEY: 'key', OPENAI_URL: rubbish.url, LLM_WAIT: '1 second' });
  const worker = await other.start();
  const run = await other.begin('task_contributions_analysis', '20260521', { source: 'mockup', limit: 2 });
  await expect(resultOf<TaskResult>(run, 120_000)).rejects.toThrow();
  const names = readdirSync(join(other.dir, 'out', 'records'));
  const states = names.map(
    (name) => (JSON.parse(readFileSync(join(other.dir, 'out', 'records', name), 'utf8')) as ContributionRecord).state,
  );
  expect(states).toEqual(['quarantined', 'quarantined']);
  worker.process.kill('SIGTERM');
  await worker.ended;
});
