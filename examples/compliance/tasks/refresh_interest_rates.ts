import { defineTask, TaskError } from 'daychain';
import { fetchRates } from '../lib/billing.js';

export default defineTask({
  summary: 'Take over the interest rates of the billing service',
  tags: ['elicensing'],
  async run(ctx) {
    const rates = await fetchRates(ctx);
    if (rates.length === 0) throw new TaskError('the billing service knows no interest rates: the old ones are kept');
    const db = await ctx.clients.sql();
    for (const rate of rates) {
      await db
        .insertInto('interest_rates')
        .values(rate)
        .onConflict((same) => same.column('starts_on').doUpdateSet({ rate: rate.rate }))
        .execute();
    }
    return {
      rates: rates.length,
      newest: rates
        .map(({ starts_on }) => starts_on)
        .sort()
        .at(-1)!,
    };
  },
});
