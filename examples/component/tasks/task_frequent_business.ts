import { defineTask, z } from 'daychain';
import { clientsOf } from '../lib/context.js';

export default defineTask({
  summary: 'Escalate tickets that have been open for too long',
  tags: ['business'],
  params: z.object({ hours: z.number().min(0).max(720).default(4) }),
  async run(ctx) {
    const db = await clientsOf(ctx).sql();
    const before = new Date(ctx.scheduledFor.getTime() - ctx.params.hours * 3_600_000);
    const escalated = await db
      .updateTable('tickets')
      .set({ state: 'escalated' })
      .where('state', '=', 'open')
      .where('opened', '<', before)
      .returning('id')
      .execute();
    return escalated.length === 0 ? ctx.noWork('nothing_waits_too_long') : { escalated: escalated.length };
  },
});
