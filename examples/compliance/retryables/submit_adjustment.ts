import { createRetryable, z } from 'daychain';
import { submit } from '../lib/billing.js';
import { standingOf } from '../lib/register.js';

/** 2 × 5 minutes. Taken once by the service, however often it is sent. */
export default createRetryable({
  name: 'submit_adjustment',
  summary: 'Hand a corrected obligation to the billing service',
  project: new URL('..', import.meta.url),
  tags: ['elicensing'],
  retries: 2,
  delay: '5 minutes',
  params: z.object({
    /** The correction's own id: two of one report may be of the same amount. */
    payment: z.string(),
    report: z.number().int(),
    /** Cents; below zero it is owed less. */
    amount: z.number().int(),
  }),
  async run({ payment, report, amount }, ctx) {
    const standing = await standingOf(await ctx.clients.sql(), report);
    const body = { report, operator: standing.operator, amount };
    return { entry: await submit(ctx, 'adjustments', `adjustment-${payment}`, body) };
  },
});
