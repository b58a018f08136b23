import { mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { defineTask, z } from 'daychain';
import { dataFolder } from '../lib/context.js';
import { namesIn } from '../lib/files.js';

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
      const { mtimeMs } = await stat(join(folder, name));
      if (mtimeMs >= before) continue;
      await rm(join(folder, name), { recursive: true, force: true });
      deleted++;
    }
    return { deleted };
  },
});
