import { afterCommit } from 'daychain/kit';
import { defineTask } from 'daychain';
import { feeOf, periodOf } from '../lib/register.js';
import integrateObligation from '../retryables/integrate_obligation.js';
import mailCreditsRequested from '../retryables/mail_credits_requested.js';
import mailObligationCreated from '../retryables/mail_obligation_created.js';
import mailReportReceived from '../retryables/mail_report_received.js';

export default defineTask({
  summary: 'Work out what each new report owes, and tell its operator',
  tags: ['elicensing'],
  async run(ctx) {
    const db = await ctx.clients.sql();
    const reports = await db
      .selectFrom('reports')
      .selectAll()
      .where('received_on', '<=', ctx.date)
      .where('year', '<=', periodOf(ctx.date))
      .where('id', 'not in', db.selectFrom('obligations').select('report_id'))
      .orderBy('id')
      .execute();
    if (reports.length === 0) return ctx.noWork('no_new_reports');

    const { date } = ctx;
    const done = await ctx.forEach(reports, { key: ({ id }) => String(id) }, async ({ id, year, ...report }) => {
      const { tonnes, fee } = feeOf(report);
      const status = fee === 0 ? 'met' : 'open';
      // The row first; who is told of it, hears of what is there. A call that fails is kept, and does not fail the task.
      await afterCommit(db, async (transaction, then) => {
        const row = { report_id: id, tonnes, fee, due_on: `${year + 1}1130`, status } as const;
        await transaction.insertInto('obligations').values(row).execute();
        await transaction
          .insertInto('journal')
          .values({ date, line: `report ${id} taken in` })
          .execute();
        then(() => mailReportReceived.execute({ report: id, date }));
        if (fee === 0) then(() => mailCreditsRequested.execute({ report: id, date }));
        else then(() => mailObligationCreated.execute({ report: id, date }));
        if (fee > 0) then(() => integrateObligation.execute({ report: id }));
      });
      return status;
    });
    return { reports_taken_in: done.processed, owing: done.count('open') };
  },
});
