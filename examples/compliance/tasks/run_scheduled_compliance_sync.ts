import { defineTask } from 'daychain';
import { afterCommit } from 'daychain/kit';
import { fetchPayments } from '../lib/billing.js';
import mailObligationMet from '../retryables/mail_obligation_met.js';
import submitAdjustment from '../retryables/submit_adjustment.js';

export default defineTask({
  summary: 'Book the payments the billing service has, and close what is paid',
  tags: ['elicensing'],
  async run(ctx) {
    const db = await ctx.clients.sql();
    const payments = await fetchPayments(ctx, ctx.date);
    const { date } = ctx;
    const done = await ctx.forEach(payments, { key: ({ id }) => id }, async (payment) => {
      const { id, report_id, amount } = payment;
      return await afterCommit(db, async (transaction, then) => {
        // One transaction, and the payment's own id: booked once, however often it is seen.
        const booked = await transaction
          .insertInto('payments')
          .values(payment)
          .onConflict((same) => same.doNothing())
          .executeTakeFirst();
        if (booked.numInsertedOrUpdatedRows === 0n) return 'known';
        const owed = await transaction
          .updateTable('obligations')
          .set((eb) => ({ paid: eb('paid', '+', amount) }))
          .where('report_id', '=', report_id)
          .returningAll()
          .executeTakeFirst();
        if (owed === undefined) throw new Error(`payment ${id} is for report ${report_id}, which owes nothing`);
        const status = owed.paid >= owed.fee ? 'met' : owed.due_on < date ? 'overdue' : 'open';
        await transaction.updateTable('obligations').set({ status }).where('report_id', '=', report_id).execute();
        if (amount < 0) then(() => submitAdjustment.execute({ report: report_id, amount }));
        else if (status === 'met') then(() => mailObligationMet.execute({ report: report_id, date }));
        return 'booked';
      });
    });
    return { payments_seen: done.processed, payments_booked: done.count('booked') };
  },
});
