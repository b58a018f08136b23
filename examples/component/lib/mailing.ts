/** One mail per recipient and date, however often a task is tried or forced. */
import type { TaskContext } from 'daychain';
import type { Mail } from 'daychain/kit';
import { clientsOf } from './context.js';

/**
 * Sends a mail unless the table says it was sent. A worker that dies between the two sends it again, under the same Message-ID: a
 * mailbox shows it once, and so does the outbox.
 * @returns `sent`, or `sent before`
 */
export async function sendOnce(
  ctx: Pick<TaskContext, 'task' | 'runKey' | 'date' | 'clients'>,
  kind: string,
  mail: Omit<Mail, 'key' | 'to'> & { to: string },
): Promise<'sent' | 'sent before'> {
  const db = await clientsOf(ctx).sql();
  const row = { kind, recipient: mail.to, date: ctx.date };
  const before = await db
    .selectFrom('mails')
    .select('message_id')
    .where((eb) => eb.and(row))
    .executeTakeFirst();
  if (before !== undefined) return 'sent before';
  const mailer = await clientsOf(ctx).mail();
  const { messageId } = await mailer.send(ctx, { ...mail, key: `${kind} ${mail.to} ${ctx.date}` });
  await db
    .insertInto('mails')
    .values({ ...row, message_id: messageId })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  return 'sent';
}
