import { defineTask, z } from 'daychain';
import { requeue } from 'daychain/kit';
import { queues, type QueueName } from '../lib/queues.js';

export default defineTask({
  summary: 'Queue rows anew that were given up, with all their attempts; by hand only',
  tags: ['repair'],
  params: z.object({
    /** Default: all of them. */
    queue: z.enum(Object.keys(queues) as [QueueName, ...QueueName[]]).optional(),
  }),
  async run(ctx) {
    const db = await ctx.clients.sql();
    const names = ctx.params.queue === undefined ? (Object.keys(queues) as QueueName[]) : [ctx.params.queue];
    const queued: Record<string, number> = {};
    for (const name of names) queued[name] = await requeue(db, queues[name], 'dead');
    const sum = Object.values(queued).reduce((total, rows) => total + rows, 0);
    return sum === 0 ? ctx.noWork('nothing_given_up') : { queued, sum };
  },
});
