import { defineTask } from 'daychain';
import { clientsOf, settingsOf } from '../lib/context.js';
import { sendOnce } from '../lib/mailing.js';

export default defineTask({
  summary: 'Send every subscriber the mail of the morning, once',
  tags: ['mail'],
  // As many as it takes to try each recipient three times.
  timeout: '1 hour',
  // For a database that is away, a worker that is lost, and a mail server that took no mail at all.
  retry: { retries: 2, delay: '1 minute' },
  async run(ctx) {
    const db = await clientsOf(ctx).sql();
    const subscribers = await db.selectFrom('subscribers').selectAll().orderBy('email').execute();
    if (subscribers.length === 0) return ctx.noWork('no_subscribers');
    const { open } = await db
      .selectFrom('tickets')
      .select(({ fn }) => fn.countAll<string>().as('open'))
      .where('state', '!=', 'closed')
      .executeTakeFirstOrThrow();
    // Three attempts a minute apart, as the original had inside its function: of each recipient, and the others go on meanwhile.
    const retry = { retries: 2, delay: `${settingsOf(ctx).MAIL_RETRY_SECONDS} seconds`, backoff: 1 } as const;
    const done = await ctx.forEach(subscribers, { key: ({ email }) => email, concurrency: 5, retry }, async ({ email, name }) => {
      const text = `Good morning ${name},\n\n${open} tickets are open today.\n`;
      return await sendOnce(ctx, 'morning', { to: email, subject: `Your morning, ${ctx.date}`, text });
    });
    return { recipients: done.processed, sent: done.count('sent'), sent_before: done.count('sent before'), failed: done.failed };
  },
});
