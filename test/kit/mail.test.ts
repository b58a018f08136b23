import { beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { failureOf } from '../../src/activities/verdict.js';
import { createMailer } from '../../src/kit/mail.js';
import { within } from '../support/engine.js';
import { startMailServer, type MailServer } from './mail-server.js';

const ctx = { task: 'task_reminders', runKey: '20260203' };
const mail = { key: 'reminder-42', to: ['a@example.org', 'b@example.org'], subject: 'Réunion à 18 h', text: 'Bonjour' };
const from = 'Civic <civic@example.net>';

let server: MailServer;
beforeAll(async () => {
  server = await startMailServer();
});
beforeEach(() => {
  server.mails.length = 0;
  server.refuse = () => undefined;
});

function mailer(url: string | null = server.url) {
  const one = createMailer({ url, from });
  onTestFinished(() => one.close());
  return one;
}
const failure = async (sending: Promise<unknown>) =>
  failureOf(
    await within(
      30_000,
      'the refusal',
      sending.then(
        () => null,
        (error: unknown) => error,
      ),
    ),
  );

test('a mail arrives as it was written', async () => {
  const { messageId, sent, rejected } = await mailer().send(ctx, { ...mail, html: '<p>Bonjour', replyTo: 'c@example.org' });
  expect({ sent, rejected }).toEqual({ sent: true, rejected: [] });
  expect(server.mails).toHaveLength(1);
  const [arrived] = server.mails;
  expect(arrived).toMatchObject({ subject: mail.subject, messageId, from: { address: 'civic@example.net', name: 'Civic' } });
  expect(arrived!.to!.map(({ address }) => address)).toEqual(mail.to);
  expect(arrived!.text).toContain('Bonjour');
});

test('a mail has the same Message-ID in every attempt, another for another key, run or task', async () => {
  const id = async (key: string, of = ctx) => (await mailer().send(of, { ...mail, key })).messageId;
  const first = await id('1');
  expect(first).toMatch(/^<task_reminders\.20260203\.[0-9a-f]{32}@example\.net>$/);
  expect(await id('1')).toBe(first);
  const others = [await id('2'), await id('1', { ...ctx, runKey: '20260204' }), await id('1', { ...ctx, task: 'task_other' })];
  expect(new Set([first, ...others]).size).toBe(4);
});

test('a refusal for good gives the task up; one that may pass does not', async () => {
  server.refuse = () => 550;
  expect(await failure(mailer().send(ctx, mail))).toMatchObject({ nonRetryable: true });
  server.refuse = () => 451;
  expect(await failure(mailer().send(ctx, mail))).toMatchObject({ nonRetryable: false });
  expect(await failure(mailer('smtp://127.0.0.1:1').send(ctx, mail))).toMatchObject({ nonRetryable: false });
});

test('recipients that were not taken are named', async () => {
  server.refuse = (address) => (address.startsWith('b') ? 550 : undefined);
  expect((await mailer().send(ctx, mail)).rejected).toEqual(['b@example.org']);
});

test('without a server nothing leaves, and the answer says so', async () => {
  expect(await mailer(null).send(ctx, mail)).toMatchObject({ sent: false });
  expect(await mailer(null).verify()).toContain('not sent');
  expect(server.mails).toEqual([]);
});
