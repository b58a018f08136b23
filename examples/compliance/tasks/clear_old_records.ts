import { defineTask } from 'daychain';

export default defineTask({
  summary: 'Delete lines of the journal that are older than they are kept',
  tags: ['maintenance'],
  async run(ctx) {
    const before = ctx.day(-ctx.settings.CLEANUP_DAYS);
    const db = await ctx.clients.sql();
    const gone = await db.deleteFrom('journal').where('date', '<', before).executeTakeFirst();
    return { lines_deleted: Number(gone.numDeletedRows), before };
  },
});
