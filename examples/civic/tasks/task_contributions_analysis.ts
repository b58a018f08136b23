import { join } from 'node:path';
import { defineTask, z } from 'daychain';
import { dayFolder, outFolder } from '../lib/files.js';
import { readIncoming } from '../lib/incoming.js';
import { fetchIssues } from '../lib/issues/fetch-issues.js';
import { judgeContribution } from '../lib/judge-contribution.js';
import { inboxFolder, issueSource, judgingFor, sourcesFor } from '../lib/judging.js';
import { readRecords } from '../lib/records.js';
import { select } from '../lib/select.js';
import { storeValidations } from '../lib/validations.js';

export default defineTask({
  summary: 'Check the citizens’ contributions against the participation charter',
  tags: ['charter'],
  // Besides its place in the daily chain: what comes in during the day does not wait for tomorrow.
  schedule: { cron: '30 6-23 * * *' },
  params: z.object({
    /** `mockup`: the box of bundled files; `github`: the issues; both by default. */
    source: z.enum(['mockup', 'github', 'both']).default('both'),
    /** Folder of the box. Default: the bundled sample. */
    folder: z.string().min(1).optional(),
    /** Contributions taken up at most; the others wait for the next run. */
    limit: z.number().int().min(1).max(5_000).default(100),
    /** Only what was sent in during the last so many days. Default: all that waits. */
    days: z.number().int().min(1).max(3_650).optional(),
    /** `auto`: a language model where one is configured, else the rules. */
    validator: z.enum(['auto', 'rules', 'model']).default('auto'),
    /** Whether issues nobody is assigned to are labelled too. */
    labelUnassigned: z.boolean().default(false),
    /** Zone in which the day a contribution was sent in is told. */
    timezone: z.string().default('Europe/Paris'),
  }),
  async run(ctx) {
    const { source, limit, days } = ctx.params;
    const afterDate = days === undefined ? null : ctx.day(1 - days);
    // Two dates at once would ask about the same text twice.
    return ctx.lock('civic-contributions', { ttl: '15 seconds', wait: '10 minutes' }, async () => {
      const repository = source === 'mockup' ? null : issueSource(ctx);
      if (repository) await fetchIssues(await ctx.clients.http(), repository, inboxFolder(ctx), ctx.signal);
      const { all, repeated } = await readIncoming(sourcesFor(ctx), ctx.date);
      if (all.length === 0) return ctx.noWork('no_contributions_to_process');
      for (const { id, file } of repeated) ctx.warn(`${file}: ${id} was there already; only the first of that id is checked`);

      const judging = await judgingFor(ctx);
      const { chosen, left } = await select(all, { root: judging.root, taskId: ctx.taskId, limit, afterDate });
      const keep = () => storeValidations(dayFolder(ctx), outFolder(ctx), { date: ctx.date, task_id: ctx.taskId, all });
      try {
        if (chosen.length === 0) return ctx.noWork('all_contributions_already_validated');
        const done = await ctx.forEach(chosen, { key: ({ record }) => record.id }, (taken) => judgeContribution(taken, judging));
        const mine = (await readRecords(judging.root)).filter(({ task_id }) => task_id === ctx.taskId);
        return {
          contributions_fetched: all.length,
          contributions_processed: done.processed,
          contributions_validated: done.count('valid'),
          contributions_flagged: done.count('flagged'),
          contributions_quarantined: mine.filter(({ state }) => state === 'quarantined').length,
          contributions_saved: mine.filter(({ judgement }) => judgement !== null).length,
          contributions_skipped: all.length - chosen.length,
          contributions_left: left,
          github_issues_fetched: all.filter(({ received }) => received !== null).length,
          github_issues_processed: chosen.filter(({ incoming }) => incoming.received !== null).length,
          providers_tried: [...new Set(mine.flatMap(({ judgement }) => judgement?.provider ?? []))],
          source_filter: source,
          after_date: afterDate,
          validations: join(ctx.date, 'validations.json'),
        };
      } finally {
        // Also when all failed: the report says what has no verdict.
        await keep();
      }
    });
  },
});
