import { defineTask } from 'daychain';
import { sql } from 'kysely';
import { clientsOf } from '../lib/context.js';

export default defineTask({
  summary: 'Count log lines by hour and level, up to the hour of the slot',
  tags: ['database'],
  async run(ctx) {
    const db = await clientsOf(ctx).sql();
    const counted = await db
      .selectFrom('logs')
      .select([sql<Date>`date_trunc('hour', at)`.as('hour'), 'level', sql<number>`count(*)::int`.as('lines')])
      .where('at', '<', ctx.scheduledFor)
      .groupBy(['hour', 'level'])
      .execute();
    if (counted.length === 0) return ctx.noWork('no_log_lines');
    // All hours, not only the last: the newest slot alone makes up for those that were left out.
    await db
      .insertInto('hourly')
      .values(counted)
      .onConflict((conflict) => conflict.columns(['hour', 'level']).doUpdateSet(({ ref }) => ({ lines: ref('excluded.lines') })))
      .execute();
    return { hours: new Set(counted.map(({ hour }) => hour.getTime())).size };
  },
});
