import { defineTask } from 'daychain';
import { afterCommit } from 'daychain/kit';
import { periodOf, unpaidOf } from '../lib/register.js';
import mailInvoiceIssued from '../retryables/mail_invoice_issued.js';

export default defineTask({
  summary: 'Write the invoices that are missing for the current period',
  tags: ['invoice_generation'],
  async run(ctx) {
    const db = await ctx.clients.sql();
    const { date } = ctx;
    const invoiced = new Set((await db.selectFrom('invoices').select('report_id').execute()).map((row) => row.report_id));
    const missing = (await unpaidOf(db, periodOf(date))).filter(({ report }) => !invoiced.has(report));
    if (missing.length === 0) return ctx.noWork('no_invoices_missing');
    const done = await ctx.forEach(missing, { key: ({ report }) => String(report) }, async ({ report, year, fee, due_on }) => {
      await afterCommit(db, async (transaction, then) => {
        // The number is made of the report: a second invoice for it cannot be.
        const number = `INV-${year}-${String(report).padStart(4, '0')}`;
        const invoice = { number, report_id: report, amount: fee, issued_on: date, due_on };
        await transaction
          .insertInto('invoices')
          .values(invoice)
          .onConflict((same) => same.doNothing())
          .execute();
        then(() => mailInvoiceIssued.execute({ report, date }));
      });
    });
    return { invoices_written: done.succeeded };
  },
});
