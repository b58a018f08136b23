import { defineTask, z } from 'daychain';
import { writeWhole } from 'daychain/kit';
import { clientsOf, outFolder } from '../lib/context.js';

export default defineTask({
  summary: 'Remind one user of one thing: started as a one-shot, by `daychain at` or scheduleOnce',
  tags: ['mail'],
  params: z.object({
    user: z.email().default('jonas@example.org'),
    text: z.string().min(1).max(2_000).default('Your scheduled reminder.'),
  }),
  // Two reminders of one day are two runs, and neither waits for the other.
  lock: { by: 'run' },
  async run(ctx) {
    const { user, text } = ctx.params;
    const mailer = await clientsOf(ctx).mail();
    const { messageId } = await mailer.send(ctx, { key: user, to: user, subject: 'Reminder', text });
    const told = { user, text, run_key: ctx.runKey, message_id: messageId };
    await writeWhole(outFolder(ctx, 'reminders'), `${ctx.runKey}.json`, `${JSON.stringify(told, null, 2)}\n`);
    return told;
  },
});
