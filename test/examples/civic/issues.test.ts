import { createHmac } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readFrenchDate, withOffset } from '../../../examples/civic/lib/issues/french-dates.js';
import type { Issue } from '../../../examples/civic/lib/issues/issue.js';
import { contributionOf } from '../../../examples/civic/lib/issues/read-issue.js';
import { receiver } from '../../../examples/civic/lib/issues/receive.js';
import { readRecord } from '../../../examples/civic/lib/records.js';
import contributionsAnalysis from '../../../examples/civic/tasks/task_contributions_analysis.js';
import { afterwards } from '../../support/servers.js';
import { runTask, temporaryFolder } from './fake-context.js';
import { localServer, type Answer } from './servers.js';

let out: string;
let remove: () => Promise<void>;
beforeEach(() => ({ folder: out, remove } = temporaryFolder()));
afterEach(() => remove());

const REPOSITORY = 'lanverec/participons';
const BODY = `Soumis le lundi, janvier 5, 2026 - 14:30

catégorie: logement

## Constat factuel

Les volets du lavoir sont fermés toute l'année.

## Idées d'amélioration

Proposer un bail de dix mois aux propriétaires.`;

function issue(given: Partial<Issue> = {}): Issue {
  return {
    number: 21,
    title: '[logement] contribution du lundi, janvier 5, 2026 - 14:30',
    body: BODY,
    html_url: `https://github.com/${REPOSITORY}/issues/21`,
    created_at: '2026-01-05T14:00:00Z',
    state: 'open',
    user: { login: 'yann' },
    labels: [],
    assignees: [{ login: 'mairie' }],
    ...given,
  };
}

describe('an issue of the form', () => {
  test('becomes a contribution: theme, finding, ideas and the time it was sent', () => {
    expect(contributionOf(REPOSITORY, issue(), 'Europe/Paris')).toMatchObject({
      id: 'github-lanverec__participons-21',
      category: 'logement',
      constat_factuel: "Les volets du lavoir sont fermés toute l'année.",
      idees_ameliorations: 'Proposer un bail de dix mois aux propriétaires.',
      metadata: { submitted_at: '2026-01-05T14:30:00+01:00' },
    });
  });

  test('loses no word under no heading, and takes no unknown theme for the first', () => {
    const { category, constat_factuel } = contributionOf(REPOSITORY, issue({ title: '[sport] Bonjour', body: 'Un mot.' }), 'UTC');
    expect({ category, constat_factuel }).toEqual({ category: null, constat_factuel: 'Un mot.' });
  });

  test('is not held back by a date that is yet to come', () => {
    const later = issue({ body: BODY.replace('janvier 5, 2026', 'janvier 5, 2036'), title: 'x' });
    expect(contributionOf(REPOSITORY, later, 'Europe/Paris').metadata.submitted_at).toBe('2026-01-05T14:00:00Z');
  });

  test.each([
    ['lundi, janvier 5, 2026 - 14:30', '2026-01-05T14:30'],
    ['le 1er août 2026 à 9h05', '2026-08-01T09:05'],
    ['mercredi, fevrier 4, 2026', '2026-02-04T00:00'],
    ['05/01/2026 14:30', '2026-01-05T14:30'],
    ['31/02/2026', null],
    ['un jour', null],
  ])('has the date %s read as %s', (text, date) => {
    expect(readFrenchDate(text)).toBe(date);
  });

  test('takes the offset of the season', () => {
    expect([withOffset('2026-01-05T14:30', 'Europe/Paris'), withOffset('2026-07-05T14:30', 'Europe/Paris')]).toEqual([
      '2026-01-05T14:30:00+01:00',
      '2026-07-05T14:30:00+02:00',
    ]);
  });
});

describe('the receiving end of the webhook', () => {
  async function listening(): Promise<(delivery: unknown, headers?: Record<string, string>) => Promise<number>> {
    const server = receiver({ inbox: join(out, 'inbox'), secret: 'hush' });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    afterwards(() => new Promise<void>((resolve) => server.close(() => resolve())));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    return async (delivery, headers = {}) => {
      const body = typeof delivery === 'string' ? delivery : JSON.stringify(delivery);
      const signature = `sha256=${createHmac('sha256', 'hush').update(body).digest('hex')}`;
      const all = { 'x-github-event': 'issues', 'x-hub-signature-256': signature, connection: 'close', ...headers };
      return (await fetch(url, { method: 'POST', body, headers: all })).status;
    };
  }
  const delivery = (given: Partial<Issue> = {}) => ({
    action: 'opened',
    repository: { full_name: REPOSITORY },
    issue: issue(given),
  });
  const kept = () => (readdirSync(out).includes('inbox') ? readdirSync(join(out, 'inbox')) : []);

  test('has the issue on the disk when it answers, and keeps the same issue once', async () => {
    const send = await listening();
    expect(await send(delivery())).toBe(202);
    expect(await send(delivery({ title: 'changed' }))).toBe(202);
    expect(kept()).toEqual(['github-lanverec__participons-21.json']);
    expect(readFileSync(join(out, 'inbox', kept()[0]!), 'utf8')).toContain('"changed"');
  });

  test('refuses what is not signed with the secret, is no issue, or is too long', async () => {
    const send = await listening();
    expect(await send(delivery(), { 'x-hub-signature-256': 'sha256=00' })).toBe(401);
    expect(await send(delivery(), { 'x-hub-signature-256': '' })).toBe(401);
    expect(await send('[1]')).toBe(204);
    expect(await send({ action: 'opened', repository: { full_name: '../..' }, issue: issue() })).toBe(400);
    expect(await send({ ...delivery(), padding: 'x'.repeat(1_000_000) })).toBe(413);
    expect(await send(delivery(), { 'x-github-event': 'ping' })).toBe(204);
    expect(kept()).toEqual([]);
  });

  test('does not say 202 where it cannot keep the issue', async () => {
    writeFileSync(join(out, 'inbox'), 'a file where the folder should be');
    const send = await listening();
    expect(await send(delivery())).toBe(500);
  });
});

describe('the charter’s label', () => {
  const settings = (url: string, host: string) => ({
    GITHUB_REPOSITORY: REPOSITORY,
    GITHUB_URL: url,
    GITHUB_TOKEN: 'token',
    INNER_HOSTS: [host],
  });
  const ISSUES = [
    issue(),
    issue({ number: 22, assignees: [] }),
    issue({ number: 23, body: 'Le maire est un crétin et un menteur.' }),
    issue({ number: 24, labels: [{ name: 'conforme charte' }] }),
    issue({ number: 25, pull_request: {} }),
  ];
  const github = (label: () => Answer) =>
    localServer(({ method, path }) => (method === 'GET' ? { json: path.includes('page=1') ? ISSUES : [] } : label()));

  test('is written to GitHub for what may be published, once, and for nobody else (O-51)', async () => {
    const server = await github(() => ({ json: [] }));
    const run = (taskId: string) =>
      runTask(contributionsAnalysis, { out, taskId, params: { source: 'github' }, settings: settings(server.url, server.host) });
    const { result, errors } = await run('aaaaaaaa');
    expect(errors).toEqual([]);
    expect(result).toMatchObject({ github_issues_fetched: 3, contributions_validated: 2, contributions_flagged: 1 });
    await run('bbbbbbbb');
    const labels = server.asked.filter(({ method }) => method === 'POST');
    expect(labels.map(({ path, body, headers }) => [path, body, headers.authorization])).toEqual([
      [`/repos/${REPOSITORY}/issues/21/labels`, { labels: ['conforme charte'] }, 'Bearer token'],
    ]);
    expect((await readRecord(out, 'github-lanverec__participons-22'))?.label).toBe('skipped');
  });

  test('that cannot be written keeps the verdict, and is tried again by the next run', async () => {
    let status = 500;
    const server = await github(() => ({ status, json: {} }));
    const run = (taskId: string) =>
      runTask(contributionsAnalysis, { out, taskId, params: { source: 'github' }, settings: settings(server.url, server.host) });
    const { errors } = await run('aaaaaaaa');
    expect(errors).toEqual([expect.stringContaining('answered 500')]);
    expect(await readRecord(out, 'github-lanverec__participons-21')).toMatchObject({ state: 'valid', label: 'wanted' });
    status = 200;
    expect((await run('bbbbbbbb')).result).toMatchObject({ contributions_processed: 1, contributions_validated: 1 });
    expect(await readRecord(out, 'github-lanverec__participons-21')).toMatchObject({ label: 'written' });
  });

  test('is written into the inbox where no repository is configured', async () => {
    await runTask(contributionsAnalysis, { out, params: { source: 'github' } });
    const file = readFileSync(join(out, 'inbox', 'github-lanverec__participons-3.json'), 'utf8');
    expect((JSON.parse(file) as { issue: Issue }).issue.labels).toContain('conforme charte');
    // Nobody is assigned to this one.
    expect(readdirSync(join(out, 'inbox'))).not.toContain('github-lanverec__participons-9.json');
  });

  test('fetches issues over and over without one doubling (defect 6)', async () => {
    const server = await github(() => ({ json: [] }));
    const given = { out, params: { source: 'github' }, settings: settings(server.url, server.host) };
    for (const taskId of ['aaaaaaaa', 'bbbbbbbb', 'cccccccc']) await runTask(contributionsAnalysis, { ...given, taskId });
    expect(readdirSync(join(out, 'records'))).toHaveLength(3);
  });
});
