import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { defineTask, z } from 'daychain';
import { clientsOf, dataFolder } from '../lib/context.js';
import { namesIn } from '../lib/files.js';
import { addSampleUploads, readPayments } from '../lib/uploads.js';

export default defineTask({
  summary: 'Take in what was uploaded; what cannot be read is put aside',
  tags: ['uploads'],
  params: z.object({
    /** Files at most; the rest is left for the next run. */
    limit: z.number().int().min(1).max(10_000).default(500),
  }),
  async run(ctx) {
    const uploads = dataFolder(ctx, 'uploads');
    const [pending, errors] = [join(uploads, 'pending'), join(uploads, 'errors')];
    await addSampleUploads(uploads, pending);
    const files = (await namesIn(pending)).slice(0, ctx.params.limit);
    if (files.length === 0) return ctx.noWork('nothing_uploaded');
    const db = await clientsOf(ctx).sql();
    let payments = 0;
    const done = await ctx.forEach(files, { key: (name) => name }, async (name) => {
      const path = join(pending, name);
      try {
        const text = await readFile(path, 'utf8');
        // By content: a file that was taken in and not yet deleted when the worker died adds nothing the second time.
        const upload = createHash('sha256').update(text).digest('hex').slice(0, 32);
        const rows = readPayments(text).map((payment) => ({ upload, ...payment }));
        if (rows.length > 0)
          await db
            .insertInto('payments')
            .values(rows)
            .onConflict((conflict) => conflict.doNothing())
            .execute();
        payments += rows.length;
      } catch (error) {
        if (isOfDatabase(error)) throw error;
        await mkdir(errors, { recursive: true });
        await rename(path, join(errors, name));
        throw error;
      }
      await rm(path, { force: true });
    });
    return { items_processed: done.processed, items_succeeded: done.succeeded, payments };
  },
});

/** A database that is away says nothing about the file: that stays where it is. */
function isOfDatabase(error: unknown): boolean {
  return typeof error === 'object' && error !== null && ('severity' in error || 'syscall' in error);
}
