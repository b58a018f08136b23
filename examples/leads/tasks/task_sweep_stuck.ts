import { defineTask } from 'daychain';
import { sweepStuck } from 'daychain/kit';
import { queues } from '../lib/queues.js';

export default defineTask({
  summary: 'Take up rows whose workers are gone, in every queue, those nobody works on included',
  tags: ['watch'],
  async run(ctx) {
    const db = await ctx.clients.sql();
    const swept: Record<string, number> = {};
    for (const [name, queue] of Object.entries(queues)) {
      const { waiting, dead } = await sweepStuck(ctx, db, queue);
      if (waiting + dead > 0) swept[name] = waiting + dead;
      if (waiting > 0) ctx.log.info('rows queued again', { queue: name, waiting });
    }
    return Object.keys(swept).length === 0 ? ctx.noWork('nothing_stuck') : { swept };
  },
});
