import { expect, test } from 'vitest';
import type { NoticeTarget } from '../../src/define/notice-target.js';
import { sendNotice } from '../../src/notices/send.js';
import { retryAfterMs } from '../../src/notices/webhook.js';
import type { NoticeFacts } from '../../src/plan/notices.js';
import { startPostOffice } from './post-office.js';
import { startReceiver } from './receiver.js';

const facts: NoticeFacts = {
  event: 'failure',
  project: 'civic',
  id: 'daily-chain',
  kind: 'chain',
  date: '20260203',
  run_key: '20260203',
  run: 'daily-chain:20260203',
  title: 'daily-chain 20260203 failed: task_été',
  detail: null,
  failed: [{ task: 'task_été', what: 'error', error: '<!channel> & "quotes"' }],
  since: '2026-02-03 06:21 Europe/Paris',
  in_a_row: 1,
  command: 'daychain why task_été 20260203',
  page: null,
  at: '2026-02-03T05:21:00.000Z',
};
const webhook = (more: Partial<Extract<NoticeTarget, { medium: 'webhook' }>> = {}): NoticeTarget => ({
  medium: 'webhook',
  url: 'OPS_WEBHOOK',
  format: 'json',
  template: null,
  ...more,
});
const mail: NoticeTarget = { medium: 'mail', to: 'OPS_MAIL', from: 'SMTP_FROM', server: 'SMTP_URL', template: null };

test('a webhook gets every fact, the text, and a key that is the same for every try', async () => {
  const receiver = await startReceiver();
  const environment = { OPS_WEBHOOK: receiver.url('/hook') };
  for (let tries = 0; tries < 2; tries++) {
    expect(await sendNotice({ key: 'k1', target: webhook(), facts }, environment)).toEqual({
      sent: true,
      answer: 'HTTP 200: ok',
    });
  }
  const [first, second] = receiver.on('/hook');
  expect(first!.body).toMatchObject({ ...facts, notice_id: 'k1' });
  expect(first!.body.text).toContain('task_été: error: <!channel> & "quotes"\nsince 2026-02-03 06:21 Europe/Paris');
  expect(first!.body.text).toContain('Why: daychain why task_été 20260203');
  expect([first, second].map((one) => one!.headers['idempotency-key'])).toEqual(['k1', 'k1']);
});

test('Slack gets text alone, in which no error message can call everybody', async () => {
  const receiver = await startReceiver();
  const target = webhook({ format: 'slack', template: '<{page}|look> {title}: {failed}' });
  await sendNotice(
    { key: 'k', target, facts: { ...facts, page: 'http://page/?a=1&b=2' } },
    { OPS_WEBHOOK: receiver.url('/hook') },
  );
  expect(receiver.on('/hook')[0]!.body).toEqual({
    text: `<http://page/?a=1&amp;b=2|look> ${facts.title}: task_été: error: &lt;!channel&gt; &amp; "quotes"`,
  });
});

test.each([
  ['500', (r) => r.writeHead(500).end('broken'), { again: true, answer: 'HTTP 500: broken' }],
  [
    '429 with Retry-After',
    (r) => r.writeHead(429, { 'retry-after': '7' }).end(),
    { again: true, afterMs: 7_000, answer: 'HTTP 429' },
  ],
  ['404', (r) => r.writeHead(404).end('no such hook'), { again: false, answer: 'HTTP 404: no such hook' }],
  ['a page in HTML', (r) => r.writeHead(403).end('<html>no</html>'), { again: false, answer: 'HTTP 403' }],
] as [string, (response: import('node:http').ServerResponse) => void, object][])('%s', async (_name, how, expected) => {
  const receiver = await startReceiver();
  receiver.answer('/hook', how);
  const sent = await sendNotice({ key: 'k', target: webhook(), facts }, { OPS_WEBHOOK: receiver.url('/hook') });
  expect(sent).toMatchObject({ sent: false, ...expected });
});

test('a redirect is not followed', async () => {
  const receiver = await startReceiver();
  receiver.answer('/hook', (response) => response.writeHead(307, { location: receiver.url('/elsewhere') }).end());
  const sent = await sendNotice({ key: 'k', target: webhook(), facts }, { OPS_WEBHOOK: receiver.url('/hook') });
  expect(sent).toMatchObject({ sent: false, again: false });
  expect(receiver.on('/elsewhere')).toEqual([]);
});

test('what a receiver repeats of its address is hidden, and nothing tells the address of one that is not there', async () => {
  const receiver = await startReceiver();
  receiver.answer('/T0/secret-token-1', (response) => response.writeHead(400).end('bad token secret-token-1'));
  const refused = await sendNotice({ key: 'k', target: webhook(), facts }, { OPS_WEBHOOK: receiver.url('/T0/secret-token-1') });
  expect(refused).toMatchObject({ answer: 'HTTP 400: bad token ****' });
  const gone = await sendNotice({ key: 'k', target: webhook(), facts }, { OPS_WEBHOOK: 'http://127.0.0.1:9/secret-token-1' });
  expect(gone).toMatchObject({ sent: false, again: true });
  expect(JSON.stringify(gone)).not.toMatch(/secret|127/);
});

test('Retry-After as a date counts from now, and no more than an hour', () => {
  const now = Date.parse('2026-02-03T05:00:00Z');
  expect(retryAfterMs('Tue, 03 Feb 2026 05:00:30 GMT', now)).toBe(30_000);
  expect(retryAfterMs('Tue, 03 Feb 2026 04:00:30 GMT', now)).toBe(0);
  expect(retryAfterMs('99999', now)).toBe(3_600_000);
  expect(retryAfterMs('soon', now)).toBeNull();
});

test('a mail has a subject, a text and the same Message-ID at every try', async () => {
  const office = await startPostOffice({ name: 'ops@civic', password: 'pass word/1' });
  const environment = {
    SMTP_URL: office.url,
    SMTP_FROM: 'Daychain <bot@civic.test>',
    OPS_MAIL: 'marie@civic.test, paul@civic.test',
  };
  for (let tries = 0; tries < 2; tries++) {
    expect(await sendNotice({ key: 'k2', target: mail, facts }, environment)).toMatchObject({ sent: true });
  }
  expect(office.mails.map(({ messageId }) => messageId)).toEqual(['<k2@daychain>', '<k2@daychain>']);
  const [first] = office.mails;
  expect(first!.subject).toBe(facts.title);
  expect(first!.to?.map(({ address }) => address)).toEqual(['marie@civic.test', 'paul@civic.test']);
  expect(first!.text).toContain('Why: daychain why task_été 20260203');
});

test('a title with line breaks adds no headers to a mail', async () => {
  const office = await startPostOffice({ name: 'u', password: 'p' });
  const environment = { SMTP_URL: office.url, SMTP_FROM: 'bot@civic.test', OPS_MAIL: 'marie@civic.test' };
  const template = () => 'one\r\nBcc: eve@evil.test\r\n\r\ntext';
  await sendNotice({ key: 'k', target: { ...mail, template }, facts }, environment);
  expect(office.mails[0]!.subject).toBe('one');
  expect(office.mails[0]!.headers.map(({ key }) => key)).not.toContain('bcc');
});

test('a mail refused for now is tried again, one refused for good is not, and no answer holds a password', async () => {
  const office = await startPostOffice({ name: 'ops-user', password: 'secret-word' });
  const environment = { SMTP_URL: office.url, SMTP_FROM: 'bot@civic.test', OPS_MAIL: 'marie@civic.test' };
  office.refuse({ code: 451, text: 'later please' });
  expect(await sendNotice({ key: 'k', target: mail, facts }, environment)).toMatchObject({ sent: false, again: true });
  office.refuse({ code: 554, text: 'never' });
  expect(await sendNotice({ key: 'k', target: mail, facts }, environment)).toMatchObject({ sent: false, again: false });
  const wrong = office.url.replace('secret-word', 'wrong-word');
  const sent = await sendNotice({ key: 'k', target: mail, facts }, { ...environment, SMTP_URL: wrong });
  expect(sent).toMatchObject({ sent: false, again: false });
  expect(JSON.stringify(sent)).not.toMatch(/wrong-word|ops-user/);
});

test('a target whose variables are not set, or hold no address, is disabled and says which, never what', async () => {
  expect(await sendNotice({ key: 'k', target: mail, facts }, { SMTP_URL: 'smtp://127.0.0.1' })).toMatchObject({
    again: false,
    answer: 'disabled: OPS_MAIL, SMTP_FROM are not set',
  });
  const odd = await sendNotice({ key: 'k', target: webhook(), facts }, { OPS_WEBHOOK: 'ftp://secret' });
  expect(odd).toMatchObject({ sent: false, again: false, answer: 'disabled: OPS_WEBHOOK is no http:// or https:// address' });
});

test('a template that throws, or gives nothing, still tells', async () => {
  const receiver = await startReceiver();
  const environment = { OPS_WEBHOOK: receiver.url('/hook') };
  const throws = () => {
    throw new Error('no such field');
  };
  await sendNotice({ key: 'k', target: webhook({ template: throws }), facts }, environment);
  await sendNotice({ key: 'k', target: webhook({ template: () => '' }), facts }, environment);
  expect(receiver.on('/hook').map(({ body }) => body.title)).toEqual([facts.title, facts.title]);
  expect(receiver.on('/hook')[0]!.body.text).toContain('(The template threw: no such field)');
});
