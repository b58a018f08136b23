import { defineTask } from 'daychain';
import { fetchPayments } from '../lib/billing.js';
import { bookPayment } from '../lib/payments.js';
import createPenalty from '../retryables/create_penalty.js';
import mailObligationMet from '../retryables/mail_obligation_met.js';
import submitAdjustment from '../retryables/submit_adjustment.js';

export default defineTask({
  summary: 'Book the payments the billing service has, close what is paid, and charge what was paid late',
  tags: ['elicensing'],
  async run(ctx) {
    const db = await ctx.clients.sql();
    const payments = await fetchPayments(ctx, ctx.date);
    const told = await db.selectFrom('payments').select('id').where('told', '=', true).execute();
    const known = new Set(told.map(({ id }) => id));
    const open = payments.filter(({ id }) => !known.has(id));
    if (open.length === 0) return ctx.noWork('no_new_payments');
    const done = await ctx.forEach(open, { key: ({ id }) => id }, async (payment) => {
      const { id, report_id: report, amount, paid_on } = payment;
      const { booked, status, paidLateOn } = await bookPayment(db, payment, ctx.date);
      if (status === 'unmatched') {
        // Looked at again every night: its report may still come in. Not an error of the other payments' night.
        ctx.warn(`payment ${id} is for report ${report}, which owes nothing`);
        return status;
      }
      if (amount < 0) await submitAdjustment.execute({ payment: id, report, amount });
      else if (status === 'met') await mailObligationMet.execute({ report, date: paid_on });
      if (paidLateOn !== null) await createPenalty.execute({ report, date: paidLateOn });
      await db.updateTable('payments').set({ told: true }).where('id', '=', id).execute();
      return booked ? 'booked' : 'known';
    });
    return { payments_seen: payments.length, payments_booked: done.count('booked'), payments_unmatched: done.count('unmatched') };
  },
});
