import { defineTask } from 'daychain';
import { periodOf, unpaidOf } from '../lib/register.js';
import createPenalty from '../retryables/create_penalty.js';
import mailOverdue from '../retryables/mail_obligation_overdue.js';
import mailPenaltyAccruing from '../retryables/mail_penalty_accruing.js';

export default defineTask({
  summary: 'Tell those who are overdue that a penalty accrues, and charge its first day',
  tags: ['obligation_penalty_reminder'],
  async run(ctx) {
    const { date } = ctx;
    const db = await ctx.clients.sql();
    const overdue = (await unpaidOf(db, periodOf(date))).filter(({ due_on }) => due_on < date);
    if (overdue.length === 0) return ctx.noWork('nobody_is_overdue');
    const done = await ctx.forEach(overdue, { key: ({ report }) => String(report) }, async ({ report }) => {
      await db.updateTable('obligations').set({ status: 'overdue' }).where('report_id', '=', report).execute();
      await mailOverdue.execute({ report, date });
      await mailPenaltyAccruing.execute({ report, date });
      return (await createPenalty.execute({ report, date })).outcome;
    });
    return { overdue: done.processed, penalties_charged: done.count('done') };
  },
});
