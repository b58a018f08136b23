import { statfs } from 'node:fs/promises';
import { defineTask, PermanentError } from 'daychain';
import { sql } from 'kysely';
import { clientsOf } from '../lib/context.js';
import { inProject } from '../lib/files.js';

export default defineTask({
  summary: 'Look whether database and disk are well, and keep what was found',
  tags: ['health'],
  timeout: '1 minute',
  // One more look, as for a worker that is lost on the way; after that the next one is a quarter of an hour away.
  retry: { retries: 1, delay: '10 seconds' },
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
    if (disk_free_percent < 1) throw new PermanentError(`the disk is full: ${disk_free_percent} % are free`);
    if (disk_free_percent < 5) ctx.warn(`the disk is nearly full: ${disk_free_percent} % are free`);
    return { database_ms, disk_free_percent };
  },
});
