import { defineTask, z } from 'daychain';
import { chooseFresh } from '../lib/experiments/choose.js';
import { evaluateAll } from '../lib/experiments/evaluate.js';
import { featureOf } from '../lib/experiments/features.js';
import { openLedger } from '../lib/experiments/ledger.js';
import { METRIC_NAMES } from '../lib/experiments/metrics.js';
import { recorderFor } from '../lib/experiments/recorder.js';
import { outFolder } from '../lib/files.js';
import { opikApi } from '../lib/opik/api.js';
import { cleanTraces, type CleanedTraces } from '../lib/opik/clean-traces.js';

const NO_TRACES: CleanedTraces = { scanned: 0, failed: 0, deleted: 0 };

export default defineTask({
  summary: 'Score the verdicts of the last hours, and delete traces that failed',
  tags: ['charter', 'opik'],
  schedule: { cron: '40 7-22 * * *' },
  startWithin: '5 minutes',
  params: z.object({
    experiment_type: z.string().default('charter_optimization'),
    max_items: z.number().int().min(1).max(1_000).default(50),
    /** Whole days are looked back at: 24 is the date itself. */
    lookback_hours: z.number().int().min(1).max(8_760).default(24),
    metrics: z.array(z.enum(METRIC_NAMES)).min(1).default(['hallucination', 'output_format']),
    /** Ends as no work where nothing new was judged; else an experiment without items is recorded. */
    skip_if_empty: z.boolean().default(true),
    /** Deletes traces that Opik holds for failed. */
    cleanup_errors: z.boolean().default(true),
    /** Only counts what would be deleted. */
    dry_run: z.boolean().default(false),
  }),
  async run(ctx) {
    const { experiment_type, max_items, lookback_hours, metrics, skip_if_empty, cleanup_errors, dry_run } = ctx.params;
    const { dataset_prefix, description, feature } = featureOf(experiment_type);
    return ctx.lock('civic-experiments', { ttl: '15 seconds', wait: '10 minutes' }, async () => {
      const root = outFolder(ctx);
      const ledger = await openLedger(root, ctx.taskId);
      const cleanable = cleanup_errors && ctx.settings.OPIK_API_KEY !== null;
      const traces = cleanable ? await cleanTraces(await opikApi(ctx), dry_run) : NO_TRACES;

      const since = ctx.day(1 - Math.ceil(lookback_hours / 24));
      const fresh = await chooseFresh({ root, ledger, since, until: ctx.date, most: max_items }, experiment_type);
      if (fresh.records.length === 0 && skip_if_empty) return ctx.noWork('no_new_spans');

      const name = await ledger.name(`${dataset_prefix}-evaluation`, ctx.date);
      const { lines, scores, targets, missed } = evaluateAll(fresh.records, metrics);
      const recorder = await recorderFor(ctx);
      const items = lines.map(({ item }) => item);
      await recorder.dataset(name, description, items);
      const summary = { items: items.length, scores, targets };
      await recorder.experiment({ name, dataset: name, feature, date: ctx.date, summary, lines });
      await fresh.done();

      for (const metric of missed) ctx.warn(`${metric} is ${targets[metric]?.value}, expected ${targets[metric]?.target}`);
      ctx.log.info('verdicts evaluated', { experiment: name, items: lines.length, ...scores });
      return { experiment: name, items_evaluated: lines.length, scores, targets, targets_missed: missed, traces };
    });
  },
});
