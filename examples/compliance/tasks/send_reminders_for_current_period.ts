import { defineTask } from 'daychain';
import { periodOf, unpaidOf } from '../lib/register.js';
import mailDueReminder from '../retryables/mail_obligation_due_reminder.js';

export default defineTask({
  summary: 'Remind every operator that has not paid for the current period',
  tags: ['obligation_reminder'],
  async run(ctx) {
    const { date } = ctx;
    const unpaid = await unpaidOf(await ctx.clients.sql(), periodOf(date));
    if (unpaid.length === 0) return ctx.noWork('everybody_has_paid');
    const done = await ctx.forEach(unpaid, { key: ({ report }) => String(report) }, async ({ report }) => {
      const { outcome } = await mailDueReminder.execute({ report, date });
      return outcome;
    });
    return { reminders_sent: done.count('done'), reminders_kept: done.count('kept'), reminders_given_up: done.count('given_up') };
  },
});
