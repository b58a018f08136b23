import { defineTask } from 'daychain';
import { periodOf, unpaidUpTo } from '../lib/register.js';
import mailInvoiceIssued from '../retryables/mail_invoice_issued.js';

export default defineTask({
  summary: 'Write the invoices that are missing for the current period, and for reports that came in after theirs',
  tags: ['invoice_generation'],
  async run(ctx) {
    const db = await ctx.clients.sql();
    const { date } = ctx;
    const invoiced = await db.selectFrom('invoices').select('report_id').where('told', '=', true).execute();
    const known = new Set(invoiced.map(({ report_id }) => report_id));
    const missing = (await unpaidUpTo(db, periodOf(date))).filter(({ report }) => !known.has(report));
    if (missing.length === 0) return ctx.noWork('no_invoices_missing');
    const done = await ctx.forEach(missing, { key: ({ report }) => String(report) }, async ({ report, year, fee, due_on }) => {
      // The number is made of the report: a second invoice for it cannot be.
      const number = `INV-${year}-${String(report).padStart(4, '0')}`;
      await db
        .insertInto('invoices')
        .values({ number, report_id: report, amount: fee, issued_on: date, due_on })
        .onConflict((same) => same.doNothing())
        .execute();
      await mailInvoiceIssued.execute({ report, date: due_on });
      await db.updateTable('invoices').set({ told: true }).where('number', '=', number).execute();
    });
    return { invoices_written: done.succeeded };
  },
});
