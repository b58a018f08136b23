import { gzipSync } from 'node:zlib';
import { defineTask } from 'daychain';
import { writeWhole } from 'daychain/kit';
import { clientsOf, dayStart, outFolder } from '../lib/context.js';

export default defineTask({
  summary: 'Archive the log of the day so far; it may take longer than the half hour to the next slot',
  tags: ['files'],
  timeout: '2 hours',
  async run(ctx) {
    const db = await clientsOf(ctx).sql();
    const from = dayStart(ctx.date);
    const to = new Date(from.getTime() + 86_400_000);
    const rows = await db.selectFrom('logs').selectAll().where('at', '>=', from).where('at', '<', to).orderBy('id').execute();
    const text = rows.map((row) => `${JSON.stringify(row)}\n`).join('');
    await writeWhole(outFolder(ctx, 'archive'), `${ctx.date}.jsonl.gz`, gzipSync(text));
    return { archive: `archive/${ctx.date}.jsonl.gz`, rows: rows.length };
  },
});
