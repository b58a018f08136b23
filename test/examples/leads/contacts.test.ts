/** Contacts on their way to the services, which are real servers on this machine. */
import { sql } from 'kysely';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Task } from 'daychain';
import syncBrevo from '../../../examples/leads/tasks/task_sync_brevo.js';
import syncHubspot from '../../../examples/leads/tasks/task_sync_hubspot.js';
import syncN8n from '../../../examples/leads/tasks/task_sync_n8n.js';
import validateEmails from '../../../examples/leads/tasks/task_validate_emails.js';
import requeueDead from '../../../examples/leads/tasks/task_requeue_dead.js';
import { accepting, openLeads, startService, type Leads, type Service } from './leads.js';

let leads: Leads;
let service: Service;
let settings: Record<string, unknown>;
const rows = async <T>(query: string): Promise<T[]> => (await sql.raw<T>(query).execute(leads.db)).rows;

beforeAll(async () => {
  leads = await openLeads();
  service = await startService();
  settings = {
    INNER_HOSTS: [service.host],
    DEBOUNCE_API_KEY: 'debounce-key',
    DEBOUNCE_URL: service.url,
    BREVO_API_KEY: 'brevo-key',
    BREVO_URL: service.url,
    HUBSPOT_API_KEY: 'hubspot-key',
    HUBSPOT_URL: service.url,
    N8N_WEBHOOK_URL: `${service.url}/webhook/leads`,
  };
});
beforeEach(async () => {
  service.requests.length = 0;
  service.answer = accepting;
  const fresh = ['debounce', 'brevo', 'hubspot', 'n8n'].flatMap((name) => [
    `${name}_processing_status = 'Queued', ${name}_processing_attempts = 0, ${name}_processing_next_attempt_at = null`,
  ]);
  await sql.raw(`update contacts set email_verdict = null, ${fresh.join(', ')}`).execute(leads.db);
});

test('task_validate_emails keeps what debounce.io says, and takes no strange answer for an approval', async () => {
  service.answer = ({ path }) => ({ body: { debounce: { code: path.includes('nobody') ? '6' : '5', reason: 'x' } } });
  const { result } = await leads.run(validateEmails, { settings });
  expect(result.output).toMatchObject({ succeeded: 2, labels: { valid: 1, invalid: 1 } });
  expect(await rows('select email, email_verdict from contacts order by email')).toEqual([
    { email: 'nobody@silvermoor-vets.example', email_verdict: 'invalid' },
    { email: 'reception@silvermoor-vets.example', email_verdict: 'valid' },
  ]);
  expect(service.requests[0]!.path).toContain('api=debounce-key');
});

test('rubbish for an answer leaves the contact unjudged', async () => {
  service.answer = () => ({ body: '<html>busy</html>' });
  const { result } = await leads.run(validateEmails, { settings });
  expect(result).toMatchObject({ status: 'failed', reason: expect.stringContaining('all 2 items failed') as string });
  expect(JSON.stringify(result)).not.toContain('debounce-key');
  expect(await rows('select email_verdict from contacts')).toEqual([{ email_verdict: null }, { email_verdict: null }]);
});

test.each([
  ['code: null', { debounce: { code: null } }, 'no code from 1 to 8'],
  ['code: "0"', { debounce: { code: '0' } }, 'no code from 1 to 8'],
  ['code: ""', { debounce: { code: '' } }, 'no code from 1 to 8'],
  ['code: false', { debounce: { code: false } }, 'no code from 1 to 8'],
  ['code: 9', { debounce: { code: 9 } }, 'no code from 1 to 8'],
  ['an error', { debounce: { error: 'Credits Low', code: '0' }, success: '0' }, 'it says "Credits Low"'],
  ['an error beside a code', { debounce: { error: 'Credits Low', code: '5' } }, 'it says "Credits Low"'],
  ['no success', { debounce: { code: '5' }, success: '0' }, 'no success'],
])('an answer of status 200 with %s is no verdict: it is tried again', async (_, body, words) => {
  service.answer = () => ({ body });
  const { result } = await leads.run(validateEmails, { settings });
  expect(result).toMatchObject({ status: 'failed', reason: expect.stringContaining(words) as string });
  const found = await rows(`select email_verdict as verdict, debounce_processing_status as status,
    debounce_processing_next_attempt_at > now() as later from contacts`);
  expect(found).toEqual(Array.from({ length: 2 }, () => ({ verdict: null, status: 'Queued', later: true })));
});

const SERVICES: { name: string; task: Task<never> | Task; path: string; headers: object; email: (body: never) => string }[] = [
  {
    name: 'brevo',
    task: syncBrevo,
    path: '/v3/contacts',
    headers: { 'api-key': 'brevo-key' },
    email: (body: { email: string }) => body.email,
  },
  {
    name: 'hubspot',
    task: syncHubspot,
    path: '/crm/v3/objects/contacts/batch/upsert',
    headers: { authorization: 'Bearer hubspot-key' },
    email: (body: { inputs: { id: string }[] }) => body.inputs[0]!.id,
  },
  { name: 'n8n', task: syncN8n, path: '/webhook/leads', headers: {}, email: (body: { email: string }) => body.email },
];

describe.each(SERVICES)('the queue for $name', ({ name, task, path, headers, email }) => {
  beforeEach(async () => {
    await sql`update contacts set email_verdict = 'valid'`.execute(leads.db);
  });

  test('sends each contact with a key of its own; one that was found bad goes nowhere', async () => {
    await sql`update contacts set email_verdict = 'invalid' where email like 'nobody%'`.execute(leads.db);
    const { result } = await leads.run(task, { settings });
    expect(result.output).toMatchObject({ succeeded: 2, labels: { sent: 1, filtered: 1 } });
    expect(service.requests).toHaveLength(1);
    expect(service.requests[0]).toMatchObject({ path, headers });
    expect(email(service.requests[0]!.body as never)).toBe('reception@silvermoor-vets.example');
    expect(service.requests[0]!.headers['idempotency-key']).toMatch(new RegExp(`^leads-${name}-contact-\\d+$`));
    expect(await rows(`select ${name}_processing_status as status from contacts order by email`)).toEqual([
      { status: 'Filtered' },
      { status: 'Completed' },
    ]);
    expect((await leads.run(task, { settings })).result).toMatchObject({ kind: 'no_work' });
  });

  test('tries again after 5, 10 and 20 minutes, at the time that is written down, and then gives up (O-91, defect 14)', async () => {
    service.answer = () => ({ status: 503 });
    const pauses: number[] = [];
    for (const attempt of [1, 2, 3, 4]) {
      await leads.run(task, { settings });
      expect(service.requests).toHaveLength(attempt * 2);
      const [first] = await rows<{ minutes: number | null }>(
        `select cast(round(extract(epoch from ${name}_processing_next_attempt_at - now()) / 60) as integer) as minutes from contacts`,
      );
      if (first!.minutes !== null) pauses.push(first!.minutes);
      // Not before.
      expect((await leads.run(task, { settings })).result).toMatchObject({ kind: 'no_work' });
      await sql.raw(`update contacts set ${name}_processing_next_attempt_at = now() - interval '1 second'`).execute(leads.db);
    }
    expect(pauses).toEqual([5, 10, 20]);
    expect(await rows(`select distinct ${name}_processing_status as status from contacts`)).toEqual([{ status: 'Error' }]);
  });

  test('waits as long as a server that is busy asks for', async () => {
    service.answer = () => ({ status: 429, headers: { 'retry-after': '5400' } });
    await leads.run(task, { settings });
    const [row] = await rows<{ minutes: number }>(
      `select cast(round(extract(epoch from ${name}_processing_next_attempt_at - now()) / 60) as integer) as minutes from contacts`,
    );
    expect(row!.minutes).toBe(90);
  });
});

describe.each(SERVICES)('before an address is checked, the queue for $name', ({ name, task }) => {
  const statuses = async () =>
    (await rows<{ status: string }>(`select ${name}_processing_status as status from contacts order by email`)).map(
      ({ status }) => status,
    );

  test('has no contact, and all of them once their verdicts are there', async () => {
    expect((await leads.run(task, { settings })).result).toMatchObject({ kind: 'no_work' });
    expect(service.requests).toEqual([]);
    expect(await statuses()).toEqual(['New', 'New']);
    service.answer = ({ path }) => (path.includes('nobody') ? { body: { debounce: { code: '6' } } } : accepting({ path }));
    await leads.run(validateEmails, { settings });
    expect((await leads.run(task, { settings })).result.output).toMatchObject({ labels: { sent: 1, filtered: 1 } });
    expect(await statuses()).toEqual(['Filtered', 'Completed']);
  });

  test('gives up a contact whose check was given up, and has it again when both are queued anew', async () => {
    await leads.run(task, { settings });
    await sql`update contacts set debounce_processing_status = 'Error', debounce_processing_last_error = 'answered 503'`.execute(
      leads.db,
    );
    const { result } = await leads.run(task, { settings });
    expect(result.reason).toContain('the check of its address was given up: answered 503');
    expect(service.requests).toEqual([]);
    expect(await statuses()).toEqual(['Error', 'Error']);
    await leads.run(requeueDead);
    expect((await leads.run(task, { settings })).result).toMatchObject({ kind: 'no_work' });
    await leads.run(validateEmails, { settings });
    expect((await leads.run(task, { settings })).result.output).toMatchObject({ labels: { sent: 2 } });
  });

  test('no longer waits when addresses are not checked any more', async () => {
    await leads.run(task, { settings });
    expect(await statuses()).toEqual(['New', 'New']);
    const { result } = await leads.run(task, { settings: { ...settings, DEBOUNCE_API_KEY: null } });
    expect(result.output).toMatchObject({ labels: { sent: 2 } });
  });

  test('sets a contact aside that came to be claimed all the same', async () => {
    await sql`update contacts set email_verdict = 'valid'`.execute(leads.db);
    const unchecked = sql`update contacts set email_verdict = null where ${sql.id(`${name}_processing_started_at`)} is null`;
    service.answer = (asked) => ({ ...accepting(asked), after: unchecked.execute(leads.db).then(() => {}) });
    expect((await leads.run(task, { settings })).result.output).toMatchObject({ labels: { sent: 1, verdict_awaited: 1 } });
    expect((await statuses()).toSorted()).toEqual(['Completed', 'New']);
    service.answer = accepting;
    await leads.run(validateEmails, { settings });
    expect((await leads.run(task, { settings })).result.output).toMatchObject({ labels: { sent: 1 } });
  });
});

describe('an answer that is a success and says that nothing was done', () => {
  const LOGIN = { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>log in</html>' };
  const REDIRECT = { status: 302, headers: { location: '/login' } };

  test.each([
    ['brevo', 'a page', syncBrevo, () => LOGIN, 'answered 200: neither created nor updated'],
    [
      'hubspot',
      'errors',
      syncHubspot,
      () => ({ status: 207, body: { results: [], numErrors: 1, errors: [{ message: 'INVALID_EMAIL' }] } }),
      'did not take it: INVALID_EMAIL',
    ],
    ['hubspot', 'a page', syncHubspot, () => LOGIN, 'not the JSON expected'],
    ['n8n', 'a redirect', syncN8n, ({ path }: { path: string }) => (path === '/login' ? LOGIN : REDIRECT), 'webhook redirects'],
  ] as const)('leaves the contact unsent: %s, %s', async (name, _, task, answer, words) => {
    await sql`update contacts set email_verdict = 'valid'`.execute(leads.db);
    service.answer = answer;
    const { result } = await leads.run(task, { settings });
    expect(result).toMatchObject({ status: 'failed', reason: expect.stringContaining(words) as string });
    expect(await rows(`select from contacts where ${name}_processing_status = 'Completed'`)).toEqual([]);
  });
});
