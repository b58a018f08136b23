import { createRetryable, z } from 'daychain';
import { submit } from '../lib/billing.js';
import { standingOf } from '../lib/register.js';

/** 2 × 5 minutes. Taken once by the service, however often it is sent. */
export default createRetryable({
  name: 'submit_adjustment',
  summary: 'Hand a corrected obligation to the billing service',
  tags: ['elicensing'],
  retries: 2,
  delay: '5 minutes',
  params: z.object({
    report: z.number().int(),
    /** Cents; below zero it is owed less. */
    amount: z.number().int(),
  }),
  async run({ report, amount }, ctx) {
    const standing = await standingOf(await ctx.clients.sql(), report);
    const body = { report, operator: standing.operator, amount };
    return { entry: await submit(ctx, 'adjustments', `adjustment-${report}-${amount}`, body) };
  },
});
