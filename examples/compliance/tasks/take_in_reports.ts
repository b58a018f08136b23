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
      .where('id', 'not in', db.selectFrom('obligations').select('report_id').where('told', '=', true))
      .orderBy('id')
      .execute();
    if (reports.length === 0) return ctx.noWork('no_new_reports');

    const { date } = ctx;
    const done = await ctx.forEach(reports, { key: ({ id }) => String(id) }, async ({ id, year, ...report }) => {
      const { tonnes, fee } = feeOf(report);
      const status = fee === 0 ? 'met' : 'open';
      const row = { report_id: id, tonnes, fee, due_on: `${year + 1}1130`, status } as const;
      // The journal's line has no key of its own: it is written with the row, and only by who writes the row.
      await db.transaction().execute(async (transaction) => {
        const inserted = await transaction
          .insertInto('obligations')
          .values(row)
          .onConflict((same) => same.doNothing())
          .executeTakeFirst();
        if (inserted.numInsertedOrUpdatedRows !== 1n) return;
        await transaction
          .insertInto('journal')
          .values({ date, line: `report ${id} taken in` })
          .execute();
      });
      // A call that fails is kept, and does not fail the task. A task that dies here makes the calls once more: they count by report.
      await mailReportReceived.execute({ report: id, date: report.received_on });
      if (fee === 0) await mailCreditsRequested.execute({ report: id, date: report.received_on });
      else {
        await mailObligationCreated.execute({ report: id, date: report.received_on });
        await integrateObligation.execute({ report: id });
      }
      await db.updateTable('obligations').set({ told: true }).where('report_id', '=', id).execute();
      return status;
    });
    return { reports_taken_in: done.processed, owing: done.count('open') };
  },
});
