/** The eleven mails to operators: each is a retryable of its own, and all are sent the same way. */
import { createRetryable, z } from 'daychain';
import { standingOf, type Standing } from './register.js';

const args = z.object({
  report: z.number().int(),
  /** YYYYMMDD: a second mail of the same kind about the same report is another date's. */
  date: z.string().regex(/^\d{8}$/),
});

/** O-155, 5 × 10 minutes. The Message-ID is made of the mail's kind, its report and its date, not of the call. */
export function notice(name: string, summary: string, write: (standing: Standing) => { subject: string; text: string }) {
  return createRetryable({
    name,
    summary,
    tags: ['mail'],
    retries: 5,
    delay: '10 minutes',
    params: args,
    async run({ report, date }, ctx) {
      const standing = await standingOf(await ctx.clients.sql(), report);
      const mailer = await ctx.clients.mail();
      const { subject, text } = write(standing);
      const mail = { key: String(report), to: standing.email, subject, text: `Dear ${standing.operator},\n\n${text}\n` };
      const { messageId } = await mailer.send({ task: name, runKey: date }, mail);
      return { message_id: messageId };
    },
  });
}
