import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readLabelled } from '../../../examples/civic/lib/experiments/labelled.js';
import { measure } from '../../../examples/civic/lib/experiments/measure.js';
import { METRICS, type Scored } from '../../../examples/civic/lib/experiments/metrics.js';
import { outputFormat } from '../../../examples/civic/lib/experiments/output-format.js';
import { splitOf, stableUuid } from '../../../examples/civic/lib/experiments/items.js';
import audierneDocs from '../../../examples/civic/tasks/task_audierne_docs.js';
import contributionsAnalysis from '../../../examples/civic/tasks/task_contributions_analysis.js';
import firecrawl from '../../../examples/civic/tasks/task_firecrawl.js';
import opikEvaluate from '../../../examples/civic/tasks/task_opik_evaluate.js';
import opikExperiment from '../../../examples/civic/tasks/task_opik_experiment.js';
import promptSync from '../../../examples/civic/tasks/task_prompt_sync.js';
import { runTask, temporaryFolder } from './fake-context.js';
import { localServer, type Answer, type Asked } from './servers.js';

let out: string;
let remove: () => Promise<void>;
beforeEach(() => ({ folder: out, remove } = temporaryFolder()));
afterEach(() => remove());

const files = () => readdirSync(join(out, 'experiments')).sort();
const json = (name: string) => JSON.parse(readFileSync(join(out, 'experiments', name), 'utf8')) as Record<string, unknown>;
const lines = (name: string) =>
  readFileSync(join(out, 'experiments', name), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { output: object | null; scores: object; item: { id: string } });

describe('figures', () => {
  test('count a violation found as positive, and a text without verdict as not caught', () => {
    const all = measure([
      { expected: ['advertising'], said: ['advertising'], category: 'economie' },
      { expected: ['off_topic'], said: ['advertising'], category: null },
      { expected: ['off_topic'], said: null, category: null },
      { expected: [], said: ['off_topic'], category: 'culture' },
      { expected: [], said: [], category: 'culture' },
    ]);
    expect(all).toMatchObject({
      items: 5,
      unjudged: 1,
      true_positives: 2,
      false_positives: 1,
      false_negatives: 1,
      true_negatives: 1,
    });
    expect([all.precision, all.recall, all.f1]).toEqual([0.667, 0.667, 0.667]);
    expect(all.by_violation.advertising).toMatchObject({ true_positives: 1, false_positives: 1, f1: 0.667 });
    expect(all.by_violation.personal_attack.f1).toBeNull();
    expect(all.by_category.culture).toMatchObject({ items: 2, false_positives: 1, recall: null });
  });

  test('the held-apart half is large enough to mean something, and none of it is among the texts worked on with', async () => {
    const texts = await readLabelled();
    const broken = texts.filter(({ violations }) => violations.length > 0);
    expect(texts).toHaveLength(120);
    expect(broken.length).toBeGreaterThanOrEqual(50);
    const box = ['boite', 'depots', 'variantes']
      .map((name) => readFileSync(`examples/civic/data/contributions/${name}.json`, 'utf8'))
      .join('');
    expect(texts.filter(({ constat_factuel }) => box.includes(JSON.stringify(constat_factuel)))).toEqual([]);
  });
});

describe('metrics', () => {
  const good = {
    is_valid: false,
    violations: ['personal_attack'],
    encouraged_aspects: [],
    reasoning: 'Attaque personnelle : « un cretin ».',
    confidence: 0.8,
  };
  const scored = (output: object, given: Partial<Scored> = {}): Scored => ({
    output: { ...good, ...output },
    expected: { is_valid: false, violations: ['personal_attack'], category: null },
    text: 'Le maire est un crétin.',
    ...given,
  });

  test('output_format scores the answer, never the expectation (O-57, defect 10)', () => {
    expect(METRICS.output_format(scored({ confidence: 'high', violations: null }))).toBe(0.6);
    expect(outputFormat(good)).toBe(1);
    expect(outputFormat({ ...good, is_valid: true, violations: [] })).toBe(0.9);
    expect(outputFormat({ ...good, confidence: 3 })).toBe(0.9);
    expect(outputFormat({ ...good, reasoning: '' })).toBe(0.8);
    expect(outputFormat({ ...good, reasoning: 'HTTP 429: rate limit' })).toBe(0.5);
    expect(outputFormat({})).toBe(0);
  });

  test('output_format takes plain words of failure for plain words (defect 9)', () => {
    expect(outputFormat({ ...good, reasoning: 'Le texte dit que le chantier a failed, une error de la mairie.' })).toBe(1);
  });

  test('charter_compliance compares with what people expect, and is silent where nobody has said (defect 10)', () => {
    expect(METRICS.charter_compliance(scored({}))).toBe(1);
    expect(METRICS.charter_compliance(scored({ is_valid: true }))).toBe(0);
    expect(METRICS.charter_compliance(scored({}, { expected: null }))).toBeNull();
  });

  test('violation_detection is 1, 0.5 or 0, charter_accuracy wants them all, calibration turns round where it was wrong', () => {
    expect(METRICS.violation_detection(scored({}))).toBe(1);
    expect(METRICS.violation_detection(scored({ violations: ['personal_attack', 'off_topic'] }))).toBe(0.5);
    expect(METRICS.violation_detection(scored({ violations: ['off_topic'] }))).toBe(0);
    expect(METRICS.charter_accuracy(scored({ violations: ['personal_attack', 'off_topic'] }))).toBe(0);
    expect(METRICS.confidence_calibration(scored({}))).toBe(0.8);
    expect(METRICS.confidence_calibration(scored({ is_valid: true }))).toBeCloseTo(0.2);
  });

  test('hallucination is the share of quotations the text does not have', () => {
    expect(METRICS.hallucination(scored({}))).toBe(0);
    expect(METRICS.hallucination(scored({ reasoning: 'Il dit « un cretin » et « un voleur ».' }))).toBe(0.5);
    expect(METRICS.context_precision(scored({ reasoning: 'Il dit « un cretin » et « un voleur ».' }))).toBe(0.5);
    expect(METRICS.context_recall(scored({ violations: [] }))).toBe(0);
    expect(METRICS.moderation(scored({ reasoning: 'Ce crétin de citoyen.' }))).toBe(1);
    expect(METRICS.moderation(scored({}))).toBe(0);
    expect(METRICS.answer_relevance(scored({ reasoning: 'Attaque contre le maire. Bla bla.' }))).toBe(0.5);
  });

  test('ids are of version 7 and stable, and three parts are as large as they should be', () => {
    expect(stableUuid('20260203', 'a')).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(stableUuid('20260203', 'a')).toBe(stableUuid('20260203', 'a'));
    const splits = Array.from({ length: 2_000 }, (_, at) => splitOf(`c${at}`));
    expect(splits.filter((split) => split === 'train').length / 2_000).toBeCloseTo(0.7, 1);
    expect(splits.filter((split) => split === 'test').length / 2_000).toBeCloseTo(0.15, 1);
  });
});

describe('task_opik_experiment', () => {
  test('measures the rules on the texts held apart, and leaves figures and lines', async () => {
    const { result, warnings } = await runTask(opikExperiment, { out });
    const { f1, precision, recall } = (result as { metrics: Record<string, number> }).metrics;
    console.info((result as { table: string[] }).table.join('\n'));
    expect(f1).toBeGreaterThanOrEqual(0.85);
    expect(json('charter-experiment-20260203-001.json')).toMatchObject({ items: 120, unjudged: 0, f1, precision, recall });
    expect(lines('charter-experiment-20260203-001.jsonl')).toHaveLength(120);
    expect(result).toMatchObject({ experiments_run: 1, experiments_passed: 1, experiments_failed: 0, dataset: null });
    expect(warnings).toEqual([]);
  });

  test('collects doubtful verdicts once, and names data sets one after the other (O-53)', async () => {
    await runTask(contributionsAnalysis, { out, params: { limit: 500 } });
    // Everything nobody has labelled is less than certain.
    const params = { max_items: 4, threshold: 1 };
    const first = await runTask(opikExperiment, { out, taskId: 'aaaaaaaa', params });
    expect(first.result).toMatchObject({ dataset: 'charter-20260203-001', dataset_items: 4 });
    const second = await runTask(opikExperiment, { out, taskId: 'bbbbbbbb', params });
    expect(second.result).toMatchObject({ dataset: 'charter-20260203-002', dataset_items: 4 });
    const ids = ['001', '002'].flatMap((number) =>
      readFileSync(join(out, 'experiments', 'datasets', `charter-20260203-${number}.jsonl`), 'utf8')
        .trim()
        .split('\n'),
    );
    expect(new Set(ids.map((line) => (JSON.parse(line) as { id: string }).id)).size).toBe(8);
    // An attempt of the same run has the same name and the same items.
    const again = await runTask(opikExperiment, { out, taskId: 'bbbbbbbb', params });
    expect(again.result).toEqual(second.result);
  });

  test('that misses its target says so and has failed as an experiment, not as a task', async () => {
    const { result, warnings } = await runTask(opikExperiment, { out, params: { target: 1 } });
    expect(result).toMatchObject({ experiments_passed: 0, experiments_failed: 1 });
    expect(warnings).toEqual([expect.stringMatching(/F1 .* is 0\.\d+, below 1/)]);
  });

  test('refuses a type there is not, with the one that was meant', async () => {
    await expect(runTask(opikExperiment, { out, params: { experiment_type: 'charter_optimisation' } })).rejects.toThrow(
      /unknown_experiment_type: .* did you mean charter_optimization\?/,
    );
  });
});

describe('task_opik_evaluate', () => {
  const analyse = (date: string) => runTask(contributionsAnalysis, { out, date, taskId: date, params: { limit: 500 } });

  test('scores what was judged within the hours looked back, once (defect 11)', async () => {
    await analyse('20251101');
    await analyse('20260203');
    const params = { max_items: 500, metrics: ['hallucination', 'output_format', 'confidence', 'charter_compliance'] };
    const first = await runTask(opikEvaluate, { out, params });
    const evaluated = (first.result as { items_evaluated: number }).items_evaluated;
    expect(evaluated).toBeGreaterThan(90);
    expect(first.result).toMatchObject({
      experiment: 'charter-evaluation-20260203-001',
      targets: { output_format: { met: true } },
    });
    expect(lines('charter-evaluation-20260203-001.jsonl')).toHaveLength(evaluated);
    const second = await runTask(opikEvaluate, { out, params, taskId: 'bbbbbbbb' });
    expect(second.result).toMatchObject({ ended: 'no_work', reason: 'no_new_spans' });
    // Those of November come with a longer look back.
    const third = await runTask(opikEvaluate, { out, params: { ...params, lookback_hours: 24 * 120 }, taskId: 'cccccccc' });
    expect((third.result as { items_evaluated: number }).items_evaluated).toBe(10);
  });

  test('records an empty experiment where it is told to', async () => {
    const { result } = await runTask(opikEvaluate, { out, params: { skip_if_empty: false } });
    expect(result).toMatchObject({ items_evaluated: 0, targets_missed: [] });
    expect(files()).toContain('charter-evaluation-20260203-001.json');
  });
});

describe('Opik, where it is configured', () => {
  const opik = (answer: (asked: Asked) => Answer) =>
    localServer((asked) => (asked.method === 'GET' ? { json: { content: [], total: 0 }, ...answer(asked) } : answer(asked)));
  const settings = ({ url, host }: { url: string; host: string }) => ({
    OPIK_API_KEY: 'key',
    OPIK_URL: url,
    OPIK_WORKSPACE: 'town',
    INNER_HOSTS: [host],
  });

  test('gets data set, traces, scores, experiment and its items, under ids that a repeat has again', async () => {
    await runTask(contributionsAnalysis, { out });
    const server = await opik(({ method, path }) => (method === 'GET' ? {} : { status: path.endsWith('/datasets') ? 409 : 204 }));
    const run = () => runTask(opikEvaluate, { out, params: { max_items: 3 }, settings: settings(server) });
    await run();
    const first = server.asked.splice(0).filter(({ method }) => method !== 'GET');
    expect(first.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'POST /v1/private/datasets',
      'PUT /v1/private/datasets/items',
      'POST /v1/private/traces/batch',
      'PUT /v1/private/traces/feedback-scores',
      'POST /v1/private/experiments',
      'POST /v1/private/experiments/items',
    ]);
    expect(first[0]?.headers).toMatchObject({ authorization: 'key', 'comet-workspace': 'town' });
    const items = (first[1]?.body as { items: { id: string }[] }).items;
    const linked = (first[5]?.body as { experiment_items: { dataset_item_id: string }[] }).experiment_items;
    expect(linked.map((one) => one.dataset_item_id)).toEqual(items.map(({ id }) => id));
    await run();
    expect(server.asked.filter(({ method }) => method !== 'GET').map(({ body }) => body)).toEqual(first.map(({ body }) => body));
  });

  test('keeps traces that speak of errors, and loses those that are (O-59, defect 9)', async () => {
    const traces = [
      { id: 'fine', output: { reasoning: 'The text says an error failed.' } },
      { id: 'failed', error_info: { exception_type: 'NoVerdict', message: 'x', traceback: '' } },
      { id: 'null', error_info: null },
    ];
    const server = await opik(({ method }) => (method === 'GET' ? { json: { content: traces } } : { status: 204 }));
    const dry = await runTask(opikEvaluate, { out, params: { dry_run: true, skip_if_empty: false }, settings: settings(server) });
    expect(dry.result).toMatchObject({ traces: { scanned: 3, failed: 1, deleted: 0 } });
    const { result } = await runTask(opikEvaluate, { out, params: { skip_if_empty: false }, settings: settings(server) });
    expect(result).toMatchObject({ traces: { scanned: 3, failed: 1, deleted: 1 } });
    const deletions = server.asked.filter(({ path }) => path.endsWith('/traces/delete'));
    expect(deletions.map(({ body }) => body)).toEqual([{ ids: ['failed'] }]);
  });

  test.each([
    ['429', { status: 429, headers: { 'retry-after': '3600' } }, 'answered 429'],
    ['401', { status: 401 }, 'answered 401'],
    ['rubbish', { status: 200, text: '<html>' }, 'not the JSON expected'],
  ])('that answers %s ends the attempt with a clear error', async (_what, answer, message) => {
    const server = await opik(() => ({ json: undefined, ...answer }));
    await expect(runTask(opikEvaluate, { out, settings: settings(server) })).rejects.toThrow(message);
  });
});

test.each([
  [opikExperiment, '10 minutes'],
  [opikEvaluate, '5 minutes'],
  [audierneDocs, '30 minutes'],
  // These are caught up however late it is.
  [firecrawl, undefined],
  [promptSync, undefined],
])('%# a job that is late keeps the original’s grace, or is caught up, as the README says', (task, grace) => {
  expect(task.definition.startWithin).toBe(grace);
  if (grace === undefined) expect(task.definition.catchUp).not.toBe('none');
});
