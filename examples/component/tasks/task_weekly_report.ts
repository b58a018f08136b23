import { defineTask } from 'daychain';
import { writeWhole } from 'daychain/kit';
import { clientsOf, outFolder, settingsOf } from '../lib/context.js';
import { sendOnce } from '../lib/mailing.js';
import { reportOf } from '../lib/report.js';

export default defineTask({
  summary: 'Write what happened in the seven days before, and mail it to the team',
  tags: ['report', 'mail'],
  async run(ctx) {
    const { lines, text } = await reportOf(await clientsOf(ctx).sql(), ctx.day(-7), ctx.day(-1));
    const name = `weekly-${ctx.date}.md`;
    await writeWhole(outFolder(ctx, 'reports'), name, text);
    const mail = await sendOnce(ctx, 'weekly', { to: settingsOf(ctx).TEAM_MAIL, subject: `The week before ${ctx.date}`, text });
    return { report: `reports/${name}`, log_lines: lines, mail };
  },
});
