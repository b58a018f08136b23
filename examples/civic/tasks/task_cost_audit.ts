import { join } from 'node:path';
import { defineTask, z } from 'daychain';
import { auditCosts, figuresOf, warningsOf } from '../lib/costs/audit.js';
import { completeCosts, storeCosts } from '../lib/costs/stored.js';
import { tracesInFiles, tracesInOpik } from '../lib/costs/traces.js';
import { dayFolder, inProject, outFolder } from '../lib/files.js';

export default defineTask({
  summary: 'Add up what language models cost, of the day and in all',
  tags: ['costs'],
  schedule: { hourly: { minute: 5 } },
  // It only reads: two at a time do no harm, and the next one tells as much.
  lock: false,
  startWithin: '30 minutes',
  params: z.object({
    /** Zone in which a call's day is told. */
    timezone: z.string().default('Europe/Paris'),
  }),
  async run(ctx) {
    const { OPIK_API_KEY: key, OPIK_URL: api, OPIK_WORKSPACE: workspace, OPIK_PROJECT_NAME: project } = ctx.settings;
    const traces =
      key === null
        ? await tracesInFiles([inProject('data', 'traces'), join(outFolder(ctx), 'traces')])
        : await tracesInOpik({ http: await ctx.clients.http(), api, key, workspace, project, signal: ctx.signal });
    const options = { timeZone: ctx.params.timezone, eurosPerDollar: ctx.settings.USD_TO_EUR };
    // Calls after the last run of a date are the next one's to count: the day is whole only when it is over.
    const before = auditCosts(traces, ctx.day(-1), options);
    const isNews = await completeCosts(join(outFolder(ctx), before.date), before, ctx.taskId);
    const audit = auditCosts(traces, ctx.date, options);
    const costs = await storeCosts(dayFolder(ctx), audit);
    for (const told of isNews ? [before, audit] : [audit]) {
      for (const warning of warningsOf(told, ctx.settings.COST_LIMIT_USD)) ctx.warn(warning);
    }
    return { ...figuresOf(audit), costs };
  },
});
