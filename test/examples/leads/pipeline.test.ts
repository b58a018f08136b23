/** The queues one after the other, on the bundled sample: each hands on to the next, and rows are the proof. */
import { sql } from 'kysely';
import { beforeAll, describe, expect, test } from 'vitest';
import curatePages from '../../../examples/leads/tasks/task_curate_pages.js';
import extractDomains from '../../../examples/leads/tasks/task_extract_domains.js';
import importSitemaps from '../../../examples/leads/tasks/task_import_sitemaps.js';
import processDomains from '../../../examples/leads/tasks/task_process_domains.js';
import requeueDead from '../../../examples/leads/tasks/task_requeue_dead.js';
import scanPlaces from '../../../examples/leads/tasks/task_scan_places.js';
import submitSitemaps from '../../../examples/leads/tasks/task_submit_sitemaps.js';
import { openLeads, startService, type Leads } from './leads.js';

let leads: Leads;
const rows = async <T>(query: string): Promise<T[]> => (await sql.raw<T>(query).execute(leads.db)).rows;

beforeAll(async () => {
  leads = await openLeads();
});

describe('the pipeline on the sample', () => {
  test('task_scan_places looks places up: businesses appear, an unknown place is given up with its cause', async () => {
    const { result } = await leads.run(scanPlaces);
    expect(result.output).toMatchObject({
      processed: 10,
      succeeded: 9,
      failed: 1,
      dead: 1,
      labels: { with_website: 8, without_website: 1 },
    });
    expect(
      await rows(`select place_id, deep_scan_status, deep_scan_last_error from places where deep_scan_status <> 'Completed'`),
    ).toEqual([{ place_id: 'pl-gone', deep_scan_status: 'Error', deep_scan_last_error: 'no place pl-gone is known' }]);
    expect(await rows(`select name, phone, rating from businesses where place_id = 'pl-hotel'`)).toEqual([
      { name: 'Hotel Casa Olivo', phone: '+34 955 550 199', rating: 4.3 },
    ]);
    // A queue that is empty is no work, and no failure.
    expect((await leads.run(scanPlaces)).result).toMatchObject({
      status: 'skipped',
      kind: 'no_work',
      reason: 'no_places_queued',
    });
  });

  test('task_extract_domains follows old addresses to the domain, keeps each once, and tries again what cannot be reached', async () => {
    const { result } = await leads.run(extractDomains);
    expect(result.output).toMatchObject({ succeeded: 9, failed: 2, dead: 1, labels: { extracted: 7, no_website: 2 } });
    const domains = await rows<{ domain: string }>('select domain from domains order by domain');
    expect(domains.map(({ domain }) => domain)).toEqual([
      'casa-olivo.example',
      'fjordcykler.example',
      'kerbside-coffee.example',
      'moreau-plomberie.example',
      'quarry-garden.example',
      'silvermoor-vets.example',
      'tregarth-bakery.example',
      'zahnarzt-lindner.example',
    ]);
    const failed = await rows(
      `select name, domain_extraction_status as status, domain_extraction_next_attempt_at > now() as later from businesses
       where domain_extraction_last_error is not null order by name`,
    );
    expect(failed).toEqual([
      { name: 'Kinetic Gym', status: 'Queued', later: true },
      { name: 'Quarry Garden Centre', status: 'Error', later: null },
    ]);
  });

  test('task_process_domains reads the home pages and queues the search for sitemaps in the same transaction', async () => {
    const { result } = await leads.run(processDomains);
    expect(result.output).toMatchObject({ processed: 8, succeeded: 7, failed: 1, labels: { en: 3, fr: 1, de: 1, da: 1, es: 1 } });
    expect(
      await rows(
        `select title, description, language, phone, sitemap_analysis_status from domains where domain = 'tregarth-bakery.example'`,
      ),
    ).toEqual([
      {
        title: 'Tregarth Bakery & Tea Room',
        description: 'Sourdough, bara brith and pasties, baked on Mill Street since 1931',
        language: 'en',
        phone: '+441248555010',
        sitemap_analysis_status: 'queued',
      },
    ]);
    // It could not be reached: nothing was queued for it.
    expect(await rows(`select status, sitemap_analysis_status from domains where domain = 'quarry-garden.example'`)).toEqual([
      { status: 'pending', sitemap_analysis_status: 'not_queued' },
    ]);
  });

  test('task_submit_sitemaps says submitted only where there is one (defect 13)', async () => {
    const { result } = await leads.run(submitSitemaps);
    expect(result.output).toMatchObject({ succeeded: 5, failed: 2, dead: 2 });
    expect(await rows(`select domain from domains where sitemap_analysis_status = 'failed' order by domain`)).toEqual([
      { domain: 'fjordcykler.example' },
      { domain: 'kerbside-coffee.example' },
    ]);
    const without = await rows(
      `select domain from domains where sitemap_analysis_status = 'submitted'
       and not exists (select from sitemap_files where domain_id = domains.id)`,
    );
    expect(without).toEqual([]);
    expect(await rows(`select url from sitemap_files where url like '%moreau%'`)).toEqual([
      { url: 'https://moreau-plomberie.example/plan/index.xml' },
    ]);
  });

  test('task_import_sitemaps reads pages, and queues the files of an index in their turn (defect 17)', async () => {
    const { result } = await leads.run(importSitemaps);
    expect(result.output).toMatchObject({ succeeded: 5, labels: { pages: 4, index: 1 } });
    expect((await leads.run(importSitemaps)).result.output).toMatchObject({ succeeded: 2, labels: { pages: 2 } });
    const pages = await rows<{ url: string }>(
      `select url from pages where url like '%moreau%' or url like '%autre%' order by url`,
    );
    expect(pages.map(({ url }) => new URL(url).pathname)).toEqual([
      '/',
      '/contact.html',
      '/mentions-legales.html',
      '/realisations/cuisine.html',
      '/realisations/disparue.html',
    ]);
    expect(await rows(`select urls from sitemap_files where url like '%chantiers%'`)).toEqual([{ urls: 2 }]);
    expect(await rows(`select from pages where url = 'https://silvermoor-vets.example/?page=1&sort=a'`)).toHaveLength(1);
  });

  test('task_curate_pages finds contacts however they are spelt, filters legal pages, and gives up what answers 404', async () => {
    for (let more = true; more;) {
      const { result } = await leads.run(curatePages);
      more = result.status === 'success';
    }
    const contacts = await rows<{ email: string }>('select email from contacts order by email');
    expect(contacts.map(({ email }) => email)).toEqual([
      'bewerbung@zahnarzt-lindner.example',
      'devis@moreau-plomberie.example',
      'grupos@casa-olivo.example',
      'i.hale@silvermoor-vets.example',
      'nobody@silvermoor-vets.example',
      'orders@tregarth-bakery.example',
      'praxis@zahnarzt-lindner.example',
      'reception@silvermoor-vets.example',
      'reservas@casa-olivo.example',
      'urgences@moreau-plomberie.example',
    ]);
    expect(await rows(`select url from pages where page_processing_status = 'Filtered' order by url`)).toEqual([
      { url: 'https://moreau-plomberie.example/mentions-legales.html' },
      { url: 'https://silvermoor-vets.example/privacy.html' },
      { url: 'https://zahnarzt-lindner.example/datenschutz.html' },
    ]);
    expect(await rows(`select url from pages where page_processing_status = 'Error'`)).toEqual([
      { url: 'https://moreau-plomberie.example/realisations/disparue.html' },
    ]);
  });

  test('task_requeue_dead queues what was given up, of one queue or of all', async () => {
    expect((await leads.run(requeueDead, { params: { queue: 'places' } })).result.output).toMatchObject({ sum: 1 });
    expect(await rows(`select deep_scan_status, deep_scan_attempts from places where place_id = 'pl-gone'`)).toEqual([
      { deep_scan_status: 'Queued', deep_scan_attempts: 0 },
    ]);
    expect((await leads.run(requeueDead)).result.output).toMatchObject({
      queued: { businesses: 1, sitemaps: 2, pages: 1 },
      sum: 4,
    });
    expect((await leads.run(requeueDead)).result).toMatchObject({ kind: 'no_work' });
  });
});

describe('Google Places, where its key is set', () => {
  test('is asked with the key, and an answer that is none is tried again and kept nowhere', async () => {
    const google = await startService();
    const settings = { GOOGLE_MAPS_API_KEY: 'key-1', GOOGLE_PLACES_URL: google.url, INNER_HOSTS: [google.host] };
    await sql`delete from places`.execute(leads.db);
    await sql`insert into places (place_id, town) values ('ChIJ one', 'Leith'), ('ChIJ two', 'Leith')`.execute(leads.db);
    google.answer = ({ path }) =>
      path.endsWith('two') ? { body: { error: 'quota' } } : { body: { displayName: { text: 'Leith Lights' }, rating: 4.5 } };
    const { result } = await leads.run(scanPlaces, { settings });
    expect(result.output).toMatchObject({ succeeded: 1, failed: 1 });
    expect(google.requests[0]).toMatchObject({ path: '/v1/places/ChIJ%20one', headers: { 'x-goog-api-key': 'key-1' } });
    expect(await rows(`select name, website from businesses where place_id like 'ChIJ%'`)).toEqual([
      { name: 'Leith Lights', website: null },
    ]);
  });
});
