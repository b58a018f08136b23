import { defineTask } from 'daychain';
import { writeWhole } from 'daychain/kit';
import { clientsOf, outFolder } from '../lib/context.js';
import { reportOf } from '../lib/report.js';

export default defineTask({
  summary: 'Write what happened on the day before',
  tags: ['report'],
  async run(ctx) {
    const { lines, text } = await reportOf(await clientsOf(ctx).sql(), ctx.day(-1), ctx.day(-1));
    const name = `daily-${ctx.date}.md`;
    await writeWhole(outFolder(ctx, 'reports'), name, text);
    return { report: `reports/${name}`, log_lines: lines };
  },
});
