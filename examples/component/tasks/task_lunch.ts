import { readFile } from 'node:fs/promises';
import { defineTask } from 'daychain';
import { writeWhole } from 'daychain/kit';
import { outFolder } from '../lib/context.js';
import { inProject } from '../lib/files.js';

export default defineTask({
  summary: 'Put up what there is for lunch; after five past twelve nobody wants to know',
  tags: ['files'],
  retry: { retries: 0 },
  async run(ctx) {
    const menus = JSON.parse(await readFile(inProject('data', 'menus.json'), 'utf8')) as string[];
    const dish = menus[Number(ctx.date) % menus.length]!;
    await writeWhole(outFolder(ctx, 'lunch'), `${ctx.date}.txt`, `${dish}\n`);
    return { dish };
  },
});
