import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { defineTask, z } from 'daychain';
import { clientsOf, dataFolder } from '../lib/context.js';
import { freePath, namesIn } from '../lib/files.js';
import { addPayments, addSampleUploads, type Payment, readPayments } from '../lib/uploads.js';

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
    const done = await ctx.forEach(files, { key: (name) => name }, async (name) => {
      const path = join(pending, name);
      const { text, payments } = await readUpload(path).catch(async (error: unknown) => {
        await mkdir(errors, { recursive: true });
        await rename(path, freePath(errors, name));
        throw error;
      });
      // What fails from here on, such as a database that is away, says nothing about the file: that stays where it is.
      // By content: a file that was taken in and not yet deleted when the worker died adds nothing the second time.
      const upload = createHash('sha256').update(text).digest('hex').slice(0, 32);
      await addPayments(db, upload, payments);
      await rm(path, { force: true });
      return { payments: payments.length };
    });
    return { items_processed: done.processed, items_succeeded: done.succeeded, payments: done.sum('payments') };
  },
});

async function readUpload(path: string): Promise<{ text: string; payments: Payment[] }> {
  const text = await readFile(path, 'utf8');
  return { text, payments: readPayments(text) };
}
