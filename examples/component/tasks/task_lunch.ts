import { readFile } from 'node:fs/promises';
import { defineTask } from 'daychain';
import { writeWhole } from 'daychain/kit';
import { outFolder } from '../lib/context.js';
import { inProject } from '../lib/files.js';

export default defineTask({
  summary: 'Put up what there is for lunch; after five past twelve nobody wants to know',
  tags: ['files'],
  // For a worker that is lost on the way: the second attempt puts up the same.
  retry: { retries: 1, delay: '10 seconds' },
  async run(ctx) {
    const menus = JSON.parse(await readFile(inProject('data', 'menus.json'), 'utf8')) as string[];
    const dish = menus[Number(ctx.date) % menus.length]!;
    await writeWhole(outFolder(ctx, 'lunch'), `${ctx.date}.txt`, `${dish}\n`);
    return { dish };
  },
});
