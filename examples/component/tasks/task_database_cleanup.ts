import { defineTask, z } from 'daychain';
import { clientsOf } from '../lib/context.js';
import { dayStart } from '../lib/days.js';

export default defineTask({
  summary: 'Delete log rows older than 90 days',
  tags: ['database'],
  params: z.object({ days: z.number().int().min(1).max(3_650).default(90) }),
  async run(ctx) {
    const db = await clientsOf(ctx).sql();
    // By the date the run is for, not by the clock: a run that is late, or repeated, deletes the same rows.
    const before = dayStart(ctx.day(-ctx.params.days));
    const { numDeletedRows } = await db.deleteFrom('logs').where('at', '<', before).executeTakeFirstOrThrow();
    ctx.log.info('old log rows deleted', { deleted: Number(numDeletedRows), before: before.toISOString() });
    return { deleted: Number(numDeletedRows), before: before.toISOString() };
  },
});
