import { defineTask } from 'daychain';
import { writeWhole } from 'daychain/kit';
import { inProject } from '../lib/files.js';
import { periodOf } from '../lib/register.js';

export default defineTask({
  summary: 'Put the reports of the period before the last on file, every 29 February, or the 28th',
  tags: ['maintenance'],
  async run(ctx) {
    const db = await ctx.clients.sql();
    const year = periodOf(ctx.date) - 1;
    const reports = await db.selectFrom('reports').selectAll().where('year', '=', year).orderBy('id').execute();
    if (reports.length === 0) return ctx.noWork('no_reports_of_that_year');
    await writeWhole(inProject('out'), `archive/${year}.jsonl`, reports.map((report) => `${JSON.stringify(report)}\n`).join(''));
    return { year, reports: reports.length };
  },
});
