import { statfs } from 'node:fs/promises';
import { defineTask, TaskError } from 'daychain';
import { sql } from 'kysely';
import { clientsOf } from '../lib/context.js';
import { inProject } from '../lib/files.js';

export default defineTask({
  summary: 'Look whether database and disk are well, and keep what was found',
  tags: ['health'],
  timeout: '1 minute',
  // The next look is a quarter of an hour away: trying again would only say the same later.
  retry: { retries: 0 },
  async run(ctx) {
    const db = await clientsOf(ctx).sql();
    const before = performance.now();
    await sql`select 1`.execute(db);
    const database_ms = Math.round(performance.now() - before);
    const { bavail, blocks } = await statfs(inProject());
    const disk_free_percent = Math.floor((100 * bavail) / blocks);
    const found = { at: ctx.scheduledFor, database_ms, disk_free_percent };
    await db
      .insertInto('health')
      .values({ run_key: ctx.runKey, ...found })
      .onConflict((conflict) => conflict.column('run_key').doUpdateSet(found))
      .execute();
    if (disk_free_percent < 1) throw new TaskError(`the disk is full: ${disk_free_percent} % are free`);
    if (disk_free_percent < 5) ctx.warn(`the disk is nearly full: ${disk_free_percent} % are free`);
    return { database_ms, disk_free_percent };
  },
});
