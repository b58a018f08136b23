import { join } from 'node:path';
import { defineTask, z } from 'daychain';
import { chooseDoubtful } from '../lib/experiments/choose.js';
import { featureOf } from '../lib/experiments/features.js';
import { itemOf } from '../lib/experiments/items.js';
import { agreementOf, averagesOf, judgeLabelled, linesOf } from '../lib/experiments/judge-labelled.js';
import { readLabelled } from '../lib/experiments/labelled.js';
import { openLedger } from '../lib/experiments/ledger.js';
import { tableOf } from '../lib/experiments/measure.js';
import { recorderFor } from '../lib/experiments/recorder.js';
import { outFolder } from '../lib/files.js';
import { validatorFor } from '../lib/judging.js';

/** The labelled texts held apart, as a data set. */
const HELD_APART = 'charter-held-apart';

export default defineTask({
  summary: 'Collect doubtful verdicts into a data set, and measure the validator on the texts held apart',
  tags: ['charter', 'opik'],
  schedule: { daily: '05:00' },
  // The original's grace. A missed one is not caught up: it would measure today's validator under a date that is over, and the next one
  // collects all that is doubtful up to its own.
  startWithin: '10 minutes',
  params: z.object({
    experiment_type: z.string().default('charter_optimization'),
    /** Doubtful verdicts added to the data set at most. */
    max_items: z.number().int().min(1).max(1_000).default(100),
    /** Verdicts less right, or less sure, than this are doubtful. */
    threshold: z.number().min(0).max(1).default(0.7),
    validator: z.enum(['auto', 'rules', 'model']).default('auto'),
    /** F1 for "violates the charter" from which on the experiment has passed. */
    target: z.number().min(0).max(1).default(0.85),
  }),
  async run(ctx) {
    const { experiment_type, max_items, threshold, target } = ctx.params;
    const { dataset_prefix, description, feature } = featureOf(experiment_type);
    return ctx.lock('civic-experiments', { ttl: '15 seconds', wait: '10 minutes' }, async () => {
      const root = outFolder(ctx);
      const ledger = await openLedger(root, ctx.taskId);
      const recorder = await recorderFor(ctx);
      const choice = { root, ledger, since: '', until: ctx.date, most: max_items };
      const doubtful = await chooseDoubtful(choice, dataset_prefix, threshold);
      const dataset = doubtful.records.length === 0 ? null : await ledger.name(dataset_prefix, ctx.date);
      if (dataset !== null) await recorder.dataset(dataset, description, doubtful.records.map(itemOf));
      await doubtful.done();

      const texts = await readLabelled();
      const name = await ledger.name(`${dataset_prefix}-experiment`, ctx.date);
      const validator = await validatorFor(ctx, ctx.params.validator);
      const run = { folder: join(root, 'experiments', name), date: ctx.date, validator, signal: ctx.signal };
      await ctx.forEach(texts, { key: ({ id }) => id }, (text) => judgeLabelled(text, run));
      const lines = await linesOf(texts, run);
      const [metrics, scores] = [agreementOf(texts, lines), averagesOf(lines)];
      const items = lines.map(({ item }) => item);
      await recorder.dataset(HELD_APART, 'Labelled texts held apart', items);
      await recorder.experiment({ name, dataset: HELD_APART, feature, date: ctx.date, summary: { ...metrics, scores }, lines });

      const passed = (metrics.f1 ?? 0) >= target;
      if (!passed) ctx.warn(`F1 for "violates the charter" is ${metrics.f1}, below ${target}`);
      const table = tableOf(metrics);
      ctx.log.info(`${name}\n${table.join('\n')}`);
      const counts = { experiments_run: 1, experiments_passed: Number(passed), experiments_failed: Number(!passed) };
      return { ...counts, experiment: name, dataset, dataset_items: doubtful.records.length, table, metrics, scores };
    });
  },
});
