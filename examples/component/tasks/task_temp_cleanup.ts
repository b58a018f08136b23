import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { defineTask, z } from 'daychain';
import { dataFolder } from '../lib/context.js';
import { lastWritten, namesIn } from '../lib/files.js';

export default defineTask({
  summary: 'Delete temporary files that nobody has touched for a day',
  tags: ['files'],
  params: z.object({ hours: z.number().min(1).max(8_760).default(24) }),
  async run(ctx) {
    const folder = dataFolder(ctx, 'tmp');
    await mkdir(folder, { recursive: true });
    const before = ctx.scheduledFor.getTime() - ctx.params.hours * 3_600_000;
    let deleted = 0;
    for (const name of await namesIn(folder)) {
      // A folder by the newest file in it: its own time stays where a file that is there already is written to.
      const touched = await lastWritten(join(folder, name));
      if (touched === null || touched >= before) continue;
      await rm(join(folder, name), { recursive: true, force: true });
      deleted++;
    }
    return { deleted };
  },
});
