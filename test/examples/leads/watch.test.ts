import { sql } from 'kysely';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { troubles } from '../../../examples/leads/lib/alarm.js';
import { emailsOn } from '../../../examples/leads/lib/page-facts.js';
import { readSitemap } from '../../../examples/leads/lib/sitemap.js';
import queueAlarm from '../../../examples/leads/tasks/task_queue_alarm.js';
import queueDepths from '../../../examples/leads/tasks/task_queue_depths.js';
import sweepStuck from '../../../examples/leads/tasks/task_sweep_stuck.js';
import { openLeads, textOf, type Leads } from './leads.js';

let leads: Leads;

beforeAll(async () => {
  leads = await openLeads();
});
beforeEach(async () => {
  await sql`update pages set page_processing_status = 'Queued', page_processing_changed_at = now()`.execute(leads.db);
});

test('task_sweep_stuck takes up rows of lost workers, in queues nobody works on too (defect 15)', async () => {
  expect((await leads.run(sweepStuck)).result).toMatchObject({ kind: 'no_work', reason: 'nothing_stuck' });
  await sql`update pages set page_processing_status = 'Processing'`.execute(leads.db);
  await sql`update contacts set brevo_processing_status = 'Processing', brevo_processing_attempts = 4,
    brevo_processing_started_at = now(), brevo_processing_leased_until = now() - interval '1 minute'
    where email like 'nobody%'`.execute(leads.db);
  const { result } = await leads.run(sweepStuck);
  expect(result.output).toEqual({ swept: { pages: 2, brevo: 1 } });
  expect(result.warnings).toEqual([expect.stringContaining('1 rows of "contacts" were given up')]);
  const { rows } = await sql`select brevo_processing_status as status, brevo_processing_last_error as error from contacts
    where email like 'nobody%'`.execute(leads.db);
  expect(rows).toEqual([{ status: 'Error', error: expect.stringContaining('worker was lost') as string }]);
});

test('task_queue_depths notes every queue, in the database and for Prometheus', async () => {
  const { result } = await leads.run(queueDepths);
  expect(result.output).toMatchObject({ queues: 10 });
  const { rows } = await sql`select due, done from queue_depths where queue = 'places'`.execute(leads.db);
  expect(rows).toEqual([{ due: 10, done: 0 }]);
  const text = textOf(`${leads.dir}/queues.prom`);
  expect(text).toContain('leads_queue_rows{queue="places",state="due"} 10\n');
  expect(text.match(/^leads_queue_rows\{/gm)).toHaveLength(50);
});

describe('task_queue_alarm', () => {
  test('is content with a queue that has work since a moment', async () => {
    expect((await leads.run(queueAlarm)).result).toMatchObject({ status: 'success', output: { queues_watched: 6 } });
    const settings = { BREVO_API_KEY: 'key' };
    expect((await leads.run(queueAlarm, { settings })).result.output).toMatchObject({ queues_watched: 7 });
  });

  test('fails where nothing moved for as long as is said (defect 13)', async () => {
    await sql`update pages set page_processing_changed_at = now() - interval '3 days'`.execute(leads.db);
    const { result, retry } = await leads.run(queueAlarm);
    expect(result).toMatchObject({
      status: 'failed',
      reason: expect.stringMatching(/^pages: nothing moved for 24 hours, and 2 rows are due since /) as string,
    });
    expect(retry).not.toBeNull();
    expect((await leads.run(queueAlarm, { settings: { QUEUE_ALARM_HOURS: 100 } })).result.status).toBe('success');
  });

  test('fails where domains are submitted and no sitemap ever comes of it (defect 13, as it was)', async () => {
    await sql`update domains set sitemap_analysis_status = 'submitted', sitemap_analysis_changed_at = now()`.execute(leads.db);
    await sql`update sitemap_files set seen_at = now() - interval '69 days'`.execute(leads.db);
    expect((await leads.run(queueAlarm)).result.reason).toBe(
      'sitemaps: rows are done, but nothing came into sitemap_files for 24 hours',
    );
  });
});

test('an alarm has no word for a queue that is empty, and one for each trouble', () => {
  const now = new Date('2026-02-03T12:00:00Z');
  const hoursAgo = (hours: number) => new Date(now.getTime() - hours * 3_600_000);
  const quiet = { due: 0, stuck: 0, waitingSince: null, lastDone: hoursAgo(500), now };
  expect(troubles([{ queue: 'a', depth: quiet, brings: { table: 'b', lastSeen: null } }], 24)).toEqual([]);
  const standing = { ...quiet, due: 3, stuck: 1, waitingSince: hoursAgo(30) };
  expect(troubles([{ queue: 'a', depth: standing, brings: null }], 24)).toHaveLength(2);
  // It moves, slowly: something was done an hour ago.
  expect(troubles([{ queue: 'a', depth: { ...standing, stuck: 0, lastDone: hoursAgo(1) }, brings: null }], 24)).toEqual([]);
});

test('a sitemap of a megabyte is read at once, and what is none is refused rather than read as empty (defect 17)', () => {
  const urls = Array.from({ length: 20_000 }, (_, at) => `https://example.org/a-page-with-a-long-name/${at}.html`);
  const xml = `<urlset>${urls.map((url) => `<url><loc>${url}</loc></url>`).join('')}</urlset>`;
  expect(xml.length).toBeGreaterThan(1_000_000);
  expect(readSitemap(xml).entries).toEqual(urls);
  expect(readSitemap('<sitemapindex><sitemap><loc>https://example.org/1.xml</loc></sitemap></sitemapindex>').kind).toBe('index');
  expect(() => readSitemap('<html>not found</html>')).toThrow('no sitemap');
});

test('a sitemap that is cut off, or has no entry that can be read, is an error; entries in CDATA are read', () => {
  const entry = (text: string) => `<url><loc>${text}</loc></url>`;
  expect(() => readSitemap(`<urlset>${entry('https://example.org/1')}<url><loc>https://exa`)).toThrow('ends in the middle');
  expect(() => readSitemap(`<urlset>${entry('/about')}${entry('')}</urlset>`)).toThrow('none of its 2 entries is an address');
  expect(readSitemap('<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"/>').entries).toEqual([]);
  expect(readSitemap(`<urlset>${entry('\n<![CDATA[https://example.org/?a=1&b=2]]>\n')}</urlset><!-- cached -->`).entries).toEqual(
    ['https://example.org/?a=1&b=2'],
  );
});

test('addresses are found in links and in disguise, and pictures are none', () => {
  const html = '<a href="mailto:A.B@example.org?subject=x">write</a> c [at] example [dot] org, icon@2x.png, d@example.org.';
  expect(emailsOn(html)).toEqual(['a.b@example.org', 'c@example.org', 'd@example.org']);
});
