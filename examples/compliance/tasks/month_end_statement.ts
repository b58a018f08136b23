import { defineTask } from 'daychain';
import { writeWhole } from 'daychain/kit';
import { inProject } from '../lib/files.js';

export default defineTask({
  summary: 'Write the month’s statement: what is owed, paid and open by year',
  tags: ['reports'],
  async run(ctx) {
    const db = await ctx.clients.sql();
    const years = await db
      .selectFrom('obligations')
      .innerJoin('reports', 'reports.id', 'obligations.report_id')
      .select((eb) => [
        'reports.year',
        eb.fn.countAll<string>().as('reports'),
        eb.fn.sum<string>('fee').as('fee'),
        eb.fn.sum<string>('paid').as('paid'),
      ])
      .groupBy('reports.year')
      .orderBy('reports.year')
      .execute();
    if (years.length === 0) return ctx.noWork('no_reports_taken_in');
    const lines = years.map(({ year, reports, fee, paid }) => [year, reports, fee, paid, Number(fee) - Number(paid)].join(','));
    await writeWhole(inProject('out'), `statements/${ctx.date}.csv`, `year,reports,owed,paid,open\n${lines.join('\n')}\n`);
    return { years: years.length, statement: `out/statements/${ctx.date}.csv` };
  },
});
