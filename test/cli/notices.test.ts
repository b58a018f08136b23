/** The built command, beside a worker and real receivers. */
import { randomUUID } from 'node:crypto';
import { beforeAll, expect, test } from 'vitest';
import { type PostOffice, startPostOffice } from '../notices/post-office.js';
import { type Receiver, startReceiver } from '../notices/receiver.js';
import { runDaychain } from '../support/built-command.js';
import { type Engine, eventually, failureOf, startEngine } from '../support/engine.js';

let engine: Engine;
let receiver: Receiver;
let office: PostOffice;

beforeAll(async () => {
  receiver = await startReceiver();
  office = await startPostOffice({ name: 'ops', password: 'hush-hush' });
  process.env['CN_HOOK'] = receiver.url('/hook?token=very-secret-1');
  const name = `cn-${randomUUID().slice(0, 8)}`;
  engine = await startEngine({
    name,
    config: `notices: [
      { name: 'ops', on: ['failure', 'recovery'], to: { webhook: { url: { env: 'CN_HOOK' }, format: 'slack' } } },
      { name: 'marie', on: ['failure', 'late'], after: 2, to: { mail: { to: { env: 'CN_MAIL' } } } },
    ]`,
    tasks: { cn_task: `{ retry: { retries: 0 }, run() { throw new TaskError('no luck'); } }` },
    chains: { 'cn-chain': { tasks: { cn_task: [] } }, 'cn-quiet': { notices: [], tasks: { cn_task: [] } } },
  });
});

const daychain = (words: string[], more: Record<string, string> = {}) => runDaychain(engine.dir, words, more);
const mailing = () => ({ CN_MAIL: 'marie@civic.test', SMTP_FROM: 'bot@civic.test', SMTP_URL: office.url });

test('says who is told of what, who cannot be, and what was told lately', async () => {
  const run = await engine.startChain({ chain: 'cn-chain', date: '20260101' });
  await failureOf(run);
  await eventually('the notice', () => receiver.on('/hook').length === 1);
  const answer = await eventually('the list', async () => {
    const listed = await daychain(['notices']);
    return listed.stdout.includes('delivered') ? listed : null;
  });
  expect(answer.exit).toBe(0);
  const lines = answer.stdout.split('\n');
  expect(lines[0]).toMatch(/^ops\s+webhook\s+failure, recovery\s+all but cn-quiet\s+set$/);
  expect(lines[1]).toMatch(/^marie\s+mail\s+failure from the 2nd in a row, late\s+all but cn-quiet\s+disabled$/);
  expect(lines[2]).toBe('  CN_MAIL, SMTP_FROM, SMTP_URL are not set');
  expect(answer.stdout).toMatch(
    /Told lately \(Europe\/Paris\)\n {2}today \d\d:\d\d\s+cn-chain:20260101\s+failure\s+ops\s+delivered/,
  );
  const json = JSON.parse((await daychain(['notices', '--json'])).stdout) as { targets: object[]; recent: object[] };
  expect(json.targets).toMatchObject([
    { name: 'ops', medium: 'webhook', variables: ['CN_HOOK'], disabled: null },
    {
      name: 'marie',
      medium: 'mail',
      variables: ['CN_MAIL', 'SMTP_FROM', 'SMTP_URL'],
      disabled: expect.stringContaining('are not set') as string,
    },
  ]);
  expect(json.recent).toMatchObject([{ run: 'cn-chain:20260101', target: 'ops', event: 'failure', delivered: true }]);
  expect(JSON.stringify([answer, json])).not.toContain('very-secret');
});

test('list says which notices are disabled', async () => {
  const { stderr } = await daychain(['list']);
  expect(stderr).toContain('Notices to marie are disabled: CN_MAIL, SMTP_FROM, SMTP_URL are not set.');
  expect(stderr).not.toContain('ops');
});

test('test sends to each and says the answers; exit code 1 where one was not delivered', async () => {
  const before = receiver.on('/hook').length;
  const all = await daychain(['notices', 'test'], mailing());
  expect(all).toMatchObject({ exit: 0, stdout: expect.stringMatching(/^✓ ops {3}HTTP 200: ok\n✓ marie {3}250 /) as string });
  expect(receiver.on('/hook').length).toBe(before + 1);
  expect(receiver.on('/hook').at(-1)!.body.text).toContain(`A test of the notices of ${engine.taskQueue}`);
  expect(office.mails.at(-1)!.subject).toBe(`A test of the notices of ${engine.taskQueue}`);
  const one = await daychain(['notices', 'test', '--to', 'marie', '--json'], { ...mailing(), CN_MAIL: '' });
  expect(one.exit).toBe(1);
  expect(JSON.parse(one.stdout)).toMatchObject({
    results: [{ target: 'marie', delivered: false, answer: 'disabled: CN_MAIL is not set' }],
  });
});

test('a name that does not exist is refused with the likely one', async () => {
  const answer = await daychain(['notices', 'test', '--to', 'mari']);
  expect(answer.exit).toBe(2);
  expect(answer.stderr).toContain('No notices go to "mari". Did you mean marie? There are ops, marie.');
});
