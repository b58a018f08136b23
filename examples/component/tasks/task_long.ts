import { gzipSync } from 'node:zlib';
import { defineTask } from 'daychain';
import { writeWhole } from 'daychain/kit';
import { clientsOf, outFolder } from '../lib/context.js';
import { dayEnd, dayStart } from '../lib/days.js';

/** From midnight on: a run of two hours leaves out the slots behind it, and the next shall still end the day before. */
const STILL_ENDS_THE_DAY_BEFORE_MS = 3 * 3_600_000;

export default defineTask({
  summary: 'Archive the log of the day so far; it may take longer than the half hour to the next slot',
  tags: ['files'],
  timeout: '2 hours',
  async run(ctx) {
    const db = await clientsOf(ctx).sql();
    const isEarly = ctx.scheduledFor.getTime() - dayStart(ctx.date).getTime() < STILL_ENDS_THE_DAY_BEFORE_MS;
    const archives: Record<string, number> = {};
    // The last slot of a day is before its end: what was logged since is archived by the first ones of the next.
    for (const date of isEarly ? [ctx.day(-1), ctx.date] : [ctx.date]) {
      const rows = await db
        .selectFrom('logs')
        .selectAll()
        .where('at', '>=', dayStart(date))
        .where('at', '<', dayEnd(date))
        .orderBy('id')
        .execute();
      // Of a day long past the rows are deleted, and the archive is all there is.
      if (rows.length === 0 && date !== ctx.date) continue;
      const text = rows.map((row) => `${JSON.stringify(row)}\n`).join('');
      await writeWhole(outFolder(ctx, 'archive'), `${date}.jsonl.gz`, gzipSync(text));
      archives[`archive/${date}.jsonl.gz`] = rows.length;
    }
    return { archives };
  },
});
