import { createRetryable, z } from 'daychain';
import { submit } from '../lib/billing.js';
import { standingOf } from '../lib/register.js';

/** 2 × 5 minutes. Taken once by the service, however often it is sent. */
export default createRetryable({
  name: 'integrate_obligation',
  summary: 'Hand an obligation to the billing service',
  tags: ['elicensing'],
  retries: 2,
  delay: '5 minutes',
  params: z.object({ report: z.number().int() }),
  async run({ report }, ctx) {
    const standing = await standingOf(await ctx.clients.sql(), report);
    const body = { report, operator: standing.operator, amount: standing.fee, due_on: standing.due_on };
    return { entry: await submit(ctx, 'obligations', `obligation-${report}`, body) };
  },
});
