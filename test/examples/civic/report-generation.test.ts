import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as cheerio from 'cheerio';
import type { JsonObject, UpstreamOf } from 'daychain';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { NO_OUTCOME } from '../../../examples/civic/lib/crawl/crawl.js';
import { storeDay, storePage, type SourceIndex } from '../../../examples/civic/lib/crawl/stored.js';
import { writeWhole } from '../../../examples/civic/lib/files.js';
import contributionsAnalysis from '../../../examples/civic/tasks/task_contributions_analysis.js';
import firecrawl from '../../../examples/civic/tasks/task_firecrawl.js';
import ragIndexing from '../../../examples/civic/tasks/task_rag_indexing.js';
import reportGeneration from '../../../examples/civic/tasks/task_report_generation.js';
import { runTask, temporaryFolder } from './fake-context.js';

type Parent = UpstreamOf<JsonObject>;
const success: Parent = { status: 'success', kind: null, reason: null, output: {} };
const failed: Parent = { status: 'failed', kind: 'error', reason: 'no page could be read', output: {} };
const skipped = (kind: 'no_work' | 'upstream_failed' | 'skipped_by_operator', reason: string | null): Parent => ({
  status: 'skipped',
  kind,
  reason,
  output: {},
});
const ALL_WELL = { task_firecrawl: success, task_contributions_analysis: success, task_rag_indexing: success };

let out: string;
let remove: () => Promise<void>;
beforeEach(() => ({ folder: out, remove } = temporaryFolder()));
afterEach(() => remove());

const html = () => readFileSync(join(out, '20260203', 'report.html'), 'utf8');
const markdown = () => readFileSync(join(out, '20260203', 'report.md'), 'utf8');
async function runParents(): Promise<void> {
  await runTask(firecrawl, { out });
  await runTask(contributionsAnalysis, { out });
  await runTask(ragIndexing, { out });
}

describe('task_report_generation', () => {
  test('tells a whole day in French, in HTML and Markdown alike', async () => {
    await runParents();
    const { result, warnings } = await runTask(reportGeneration, { out, upstream: ALL_WELL });
    expect(result).toMatchObject({ complete: true, missing: 0, report: join(out, '20260203', 'report.html') });
    expect(warnings).toEqual([]);
    for (const text of [cheerio.load(html())('main').text(), markdown()]) {
      expect(text).toContain('mardi 3 février 2026');
      expect(text).toContain('Toutes les étapes de la journée ont abouti.');
      expect(text).toContain('contributions examinées');
      expect(text).toContain('salle-polyvalente.html');
      expect(text).toContain('page introuvable');
      expect(text).toMatch(/\d+ termes sont consultables|\d+\s\d+ termes sont consultables/);
    }
  });

  test('needs nothing from elsewhere: no script, no image, no style sheet', async () => {
    await runParents();
    await runTask(reportGeneration, { out, upstream: ALL_WELL });
    const $ = cheerio.load(html());
    expect($('script, img, link, iframe, [src]').length).toBe(0);
    expect(html()).not.toMatch(/url\(|@import/);
    expect($('html').attr('lang')).toBe('fr');
    expect(html()).toContain('prefers-color-scheme: dark');
  });

  test('gives the same report, byte for byte, when it is repeated', async () => {
    await runParents();
    await runTask(reportGeneration, { out, upstream: ALL_WELL });
    const first = [html(), markdown()];
    await runTask(reportGeneration, { out, upstream: ALL_WELL });
    expect([html(), markdown()]).toEqual(first);
  });

  test('does not repeat the words of flagged contributions', async () => {
    await runParents();
    await runTask(reportGeneration, { out, upstream: ALL_WELL });
    for (const text of [html(), markdown()]) {
      expect(text).toContain('lv-026');
      expect(text).not.toMatch(/menteur|racaille|HERMINE|06 12 34|duchesse/);
    }
  });

  test('says what is missing, and uses no file of a task that did not succeed', async () => {
    await runParents();
    const upstream = { ...ALL_WELL, task_firecrawl: failed, task_rag_indexing: skipped('upstream_failed', null) };
    const { result, warnings } = await runTask(reportGeneration, { out, upstream });
    expect(result).toMatchObject({ complete: false, missing: 2 });
    expect(warnings).toEqual(['Ce rapport est incomplet. Il y manque : lecture du site, index de recherche.']);
    for (const text of [cheerio.load(html())('main').text(), markdown()]) {
      expect(text).toContain('Ce rapport est incomplet');
      expect(text).toContain('en échec : no page could be read');
      expect(text).toContain('non exécutée, car une étape précédente a échoué');
      expect(text).not.toContain('Poubelles, tri et compost');
      expect(text).toContain('contributions examinées');
    }
  });

  test('is complete on a day without work, and incomplete where a person skipped a part', async () => {
    const idle = { ...ALL_WELL, task_contributions_analysis: skipped('no_work', 'no_contributions_to_process') };
    await runTask(firecrawl, { out });
    await runTask(ragIndexing, { out });
    expect((await runTask(reportGeneration, { out, upstream: idle })).result).toMatchObject({ complete: true });
    expect(markdown()).toContain('sans objet ce jour');

    const skippedByHand = { ...idle, task_contributions_analysis: skipped('skipped_by_operator', 'relecture en cours') };
    expect((await runTask(reportGeneration, { out, upstream: skippedByHand })).result).toMatchObject({ complete: false });
    expect(markdown()).toContain('écartée par décision : relecture en cours');
  });

  test('run by hand it uses the files that are there, and says so', async () => {
    await runTask(contributionsAnalysis, { out });
    const { result } = await runTask(reportGeneration, { out });
    expect(result).toMatchObject({ complete: false, missing: 2 });
    expect(markdown()).toContain('terminée lors d’une exécution antérieure');
    expect(markdown()).toContain('sans trace d’exécution pour cette date');
  });

  test('a success whose files are gone is reported as a gap', async () => {
    const { result } = await runTask(reportGeneration, { out, upstream: ALL_WELL });
    expect(result).toMatchObject({ complete: false, missing: 3 });
    expect(markdown()).toContain('ses fichiers ont disparu');
  });

  test('texts of citizens, pages and errors cannot become markup', async () => {
    const evil = '<script>alert(1)</script> [x](javascript:alert(1)) | **gras** `code` "guillemets\' & co';
    const day = join(out, '20260203');
    const record = {
      id: 'evil',
      title: evil,
      idees_ameliorations: evil,
      is_valid: true,
      violations: [],
      confidence: 0.9,
      task_id: 'one',
    };
    await writeWhole(join(day, 'validations.json'), { date: '20260203', task_id: 'one', validations: [record], unchecked: [] });
    await storeEvilCrawl(day, evil);
    const upstream = { ...ALL_WELL, task_rag_indexing: { ...failed, reason: evil } };
    await runTask(reportGeneration, { out, upstream });

    const $ = cheerio.load(html());
    expect($('script').length).toBe(0);
    expect(
      $('a')
        .toArray()
        .map((a) => $(a).attr('href')),
    ).toEqual([]);
    expect($('main').text()).toContain(evil);
    expect(markdown()).not.toContain('<script>');
    expect(markdown()).not.toMatch(/(?<!\\)\[x\]/);
    expect(markdown()).not.toMatch(/(?<!\\)\*\*gras/);
    // Every row keeps the number of its cells: an escaped pipe parts none.
    const row = markdown()
      .split('\n')
      .find((line) => line.startsWith('| evil'));
    expect(row?.match(/(?<!\\)\|/g)).toHaveLength(5);
  });
});

/** A crawl whose one document has an address that must not become a link. */
async function storeEvilCrawl(day: string, title: string): Promise<void> {
  const page = {
    url: new URL('https://a.example/'),
    asked: new URL('https://a.example/'),
    title,
    description: null,
    depth: 0,
    words: 1,
    bytes: 1,
    html: '',
    markdown: '',
  };
  const document = await storePage(day, 'evil', page as unknown as Parameters<typeof storePage>[2], 'new');
  const source = {
    ...{ failures: [], skipped_by_robots: [], not_html: [], duplicates: [], off_site: [], not_stored: [], traps: [] },
    ...{ source: 'evil', description: title, base_url: 'https://a.example/', session_id: 'one', reader: 'own' },
    ...{ total_pages: 1, bytes: 1, expected_count: null, unread: 0, stopped_by: NO_OUTCOME.stoppedBy },
    documents: [{ ...document, url: 'javascript:alert(1)' }],
    pdfs: [{ url: 'javascript:alert(2)', text: title, linked_from: title }],
  } satisfies SourceIndex;
  await storeDay(day, '20260203', 'one', [source]);
}
