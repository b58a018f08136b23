import { join } from 'node:path';
import { defineTask, z } from 'daychain';
import { auditCosts, type CostRow } from '../lib/costs/audit.js';
import { tracesInFiles, tracesInOpik } from '../lib/costs/traces.js';
import { dayFolder, inProject, outFolder, shownPath, writeWhole } from '../lib/files.js';

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
    const audit = auditCosts(traces, ctx.date, options);
    const { date, by_model, by_day, ...figures } = audit;

    const json = join(dayFolder(ctx), 'costs.json');
    await writeWhole(join(dayFolder(ctx), 'costs.md'), asMarkdown(figures.daily_usd, by_model, by_day));
    await writeWhole(json, audit);
    const { COST_LIMIT_USD: limit } = ctx.settings;
    if (audit.daily_usd > limit) ctx.warn(`${audit.daily_usd} USD on ${date}, above the limit of ${limit} (COST_LIMIT_USD)`);
    if (audit.unpriced > 0) ctx.warn(`${audit.unpriced} calls have neither a cost nor a known price: they count as nothing`);
    return { ...figures, costs: shownPath(json) };
  },
});

function asMarkdown(dailyUsd: number, byModel: CostRow[], byDay: CostRow[]): string {
  const table = (head: string, rows: CostRow[]) =>
    [
      `| ${head} | queries | USD |`,
      '| --- | ---: | ---: |',
      ...rows.map(({ name, queries, usd }) => `| ${name} | ${queries} | ${usd} |`),
      '',
    ].join('\n');
  return `# Costs: ${dailyUsd} USD this day\n\n${table('model', byModel)}\n${table('day', byDay)}`;
}
