import { defineTask } from 'daychain';
import { periodOf, unpaidOf } from '../lib/register.js';
import mailOverdue from '../retryables/mail_obligation_overdue.js';
import mailPenaltyAccruing from '../retryables/mail_penalty_accruing.js';

export default defineTask({
  summary: 'Tell those who are overdue with the current period that a penalty accrues',
  tags: ['obligation_penalty_reminder'],
  async run(ctx) {
    const { date } = ctx;
    const db = await ctx.clients.sql();
    const overdue = (await unpaidOf(db, periodOf(date))).filter(({ due_on }) => due_on < date);
    if (overdue.length === 0) return ctx.noWork('nobody_is_overdue');
    const done = await ctx.forEach(overdue, { key: ({ report }) => String(report) }, async ({ report }) => {
      await db.updateTable('obligations').set({ status: 'overdue' }).where('report_id', '=', report).execute();
      await mailOverdue.execute({ report, date });
      const { outcome } = await mailPenaltyAccruing.execute({ report, date });
      return outcome;
    });
    return { overdue: done.processed, notices_sent: done.count('done') };
  },
});
