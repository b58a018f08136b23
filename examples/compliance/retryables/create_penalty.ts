import { createRetryable, z } from 'daychain';
import { submit } from '../lib/billing.js';
import { bookPenalty } from '../lib/penalty.js';
import { standingOf } from '../lib/register.js';
import mailPenaltyInvoiced from './mail_penalty_invoiced.js';

/** 5 × 30 minutes. What is booked in the first try is what every further one hands to the billing service, once per report and date. */
export default createRetryable({
  name: 'create_penalty',
  summary: 'Charge the interest on what was paid late',
  project: new URL('..', import.meta.url),
  tags: ['elicensing', 'penalty'],
  retries: 5,
  delay: '30 minutes',
  params: z.object({
    report: z.number().int(),
    /** YYYYMMDD: the day on which the last of it was paid. */
    date: z.string().regex(/^\d{8}$/),
  }),
  async run({ report, date }, ctx) {
    const db = await ctx.clients.sql();
    const { operator } = await standingOf(db, report);
    const amount = await bookPenalty(db, report, date);
    if (amount === 0) return { amount };
    await submit(ctx, 'penalties', `penalty-${report}-${date}`, { report, operator, amount });
    await mailPenaltyInvoiced.execute({ report, date });
    return { amount };
  },
});
