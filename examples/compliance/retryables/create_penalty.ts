import { createRetryable, PermanentError, z } from 'daychain';
import { submit } from '../lib/billing.js';
import { standingOf } from '../lib/register.js';

/** 5 × 30 minutes. One day's interest on what is overdue, in the register and with the billing service, once per report and date. */
export default createRetryable({
  name: 'create_penalty',
  summary: 'Charge a day’s interest on what is overdue',
  tags: ['elicensing', 'penalty'],
  retries: 5,
  delay: '30 minutes',
  params: z.object({ report: z.number().int(), date: z.string().regex(/^\d{8}$/) }),
  async run({ report, date }, ctx) {
    const db = await ctx.clients.sql();
    const { fee, paid, operator } = await standingOf(db, report);
    const current = db.selectFrom('interest_rates').selectAll().where('starts_on', '<=', date).orderBy('starts_on', 'desc');
    const interest = await current.limit(1).executeTakeFirst();
    if (interest === undefined) throw new PermanentError(`no interest rate is known for ${date}`);
    const amount = Math.round(((fee - paid) * interest.rate) / 100 / 365);
    const penalty = { report_id: report, accrued_on: date, amount };
    await db
      .insertInto('penalties')
      .values(penalty)
      .onConflict((same) => same.doNothing())
      .execute();
    await submit(ctx, 'penalties', `penalty-${report}-${date}`, { report, operator, amount });
    return { amount };
  },
});
