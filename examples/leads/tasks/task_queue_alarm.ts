import { defineTask, TaskError } from 'daychain';
import { troubles } from '../lib/alarm.js';
import { watch, workedOn } from '../lib/watched.js';

export default defineTask({
  summary: 'Fail, so that notices tell of it, when a queue stands still or nothing comes of it',
  tags: ['watch'],
  // One more, for a worker that is lost: an alarm does not mend itself, and the next hour asks again.
  retry: { retries: 1, delay: '1 minute' },
  async run(ctx) {
    const db = await ctx.clients.sql();
    const names = workedOn(ctx.settings);
    const found = troubles(await watch(db, names), ctx.settings.QUEUE_ALARM_HOURS);
    if (found.length > 0) throw new TaskError(found.join('; '));
    return { queues_watched: names.length };
  },
});
