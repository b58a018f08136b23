import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject } from 'daychain';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readCrawl, type CrawlIndex } from '../../../examples/civic/lib/crawl/stored.js';
import firecrawl from '../../../examples/civic/tasks/task_firecrawl.js';
import ragIndexing from '../../../examples/civic/tasks/task_rag_indexing.js';
import type { Duration } from '../../../src/plan/duration.js';
import { runTask, temporaryFolder, type FakeRun } from './fake-context.js';
import { filesBelow } from './folders.js';
import { page, site, type Answer } from './sites.js';

const cleanups: (() => Promise<void>)[] = [];
let out: string;

beforeEach(() => {
  const { folder, remove } = temporaryFolder();
  out = folder;
  cleanups.push(remove);
});
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

describe('task_firecrawl on the bundled site', () => {
  test('reads what robots.txt allows, records the broken link, stays on the site, and counts truly', async () => {
    const { result, warnings } = await runTask(firecrawl, { out });
    const index = await crawled();

    expect(result).toMatchObject({
      pages_crawled: index.total_pages,
      documents_crawled: index.documents.length,
      pages_failed: 1,
      skipped_by_robots: 2,
      bytes: index.documents.reduce((sum, { bytes }) => sum + bytes, 0),
      pdfs_found: 3,
      sources: { mairie_arretes: 5, mairie_deliberations: 5, commission_controle: 2, commune: index.documents.length - 12 },
      sources_processed: 4,
    });
    expect(index.documents.length).toBeGreaterThanOrEqual(25);
    expect(index.failures).toEqual([
      expect.objectContaining({ reason: 'http_404', url: expect.stringContaining('salle-polyvalente') as string }),
    ]);
    expect(index.failures[0]?.linked_from).toContain('/associations/');
    expect(paths(index.skipped_by_robots)).toEqual(['/recherche.html', '/prive/agents.html']);
    expect(index.off_site).toEqual(['https://www.cornouaille-tourisme.example/']);
    // Nothing links to it: only the sitemap knows.
    expect(paths(index.documents.map(({ url }) => url))).toContain('/archives/ouragan-1987.html');
    // A broken link is a finding, not a fault of the crawl.
    expect(warnings).toEqual([]);
  });

  test('writes three files per document and leaves no others, drafts least of all', async () => {
    await runTask(firecrawl, { out });
    const { documents } = await crawled();
    const expected = documents.flatMap(({ file }) => [`${file}.html`, `${file}.md`, `${file}_metadata.json`]);
    const indexes = ['mairie_arretes', 'mairie_deliberations', 'commission_controle', 'commune'].map(
      (name) => `${name}/index.json`,
    );
    expect(filesOf('20260203')).toEqual([...expected, ...indexes, 'index.json', 'index.md', 'errors.log'].sort());

    const hours = readFileSync(join(out, '20260203', 'crawl', 'commune', 'mairie_index.md'), 'utf8');
    expect(hours).toContain('# La mairie');
    expect(hours).toContain('| Jour | Matin | Après-midi |\n| --- | --- | --- |\n| Lundi | fermé |');
    expect(hours).toContain('(https://www.lanverec.example/mairie/budget.html)');
    expect(hours).not.toContain('Vivre ici');
  });

  test('gives the same files when it is repeated, and drops pages of an earlier, wider crawl', async () => {
    const wide = await runTask(firecrawl, { out });
    const before = await crawled();
    expect(await runTask(firecrawl, { out })).toEqual(wide);
    expect(await crawled()).toEqual(before);

    await runTask(firecrawl, { out, params: { sources: ['commune'], method: 'scrape' } });
    const home = ['index.html', 'index.md', 'index_metadata.json', 'index.json'].map((name) => `commune/${name}`);
    expect(filesOf('20260203')).toEqual([...home, 'index.json', 'index.md', 'errors.log'].sort());
  });

  test('lists the PDF files with the words that link to them, and does not fetch them', async () => {
    await runTask(firecrawl, { out });
    const { pdfs } = await crawled();
    expect(pdfs.map(({ url }) => url.split('/').at(-1))).toEqual(['2026-007.pdf', '2025-59-tarifs.pdf', '2026-01-cale-nord.pdf']);
    expect(pdfs[1]).toMatchObject({
      text: 'grille des tarifs (PDF)',
      linked_from: expect.stringContaining('2025-12-09') as string,
    });
    expect(readFileSync(join(out, '20260203', 'crawl', 'index.md'), 'utf8')).toContain('PDF: [grille des tarifs (PDF)](');
  });

  test('writes a line of errors.log per address that could not be read', async () => {
    await runTask(firecrawl, { out });
    const log = readFileSync(join(out, '20260203', 'crawl', 'errors.log'), 'utf8');
    expect(log).toMatch(/^commune\thttp_404\thttps:\/\/www\.lanverec\.example\/\S+\tanswered 404\n$/);
  });

  test('asks the next day only for what has changed, and says what that is', async () => {
    const first = await runTask(firecrawl, { out });
    expect(first.result).toMatchObject({ pages_new: 36, pages_changed: 0, pages_unchanged: 0 });
    const page = join(out, '20260203', 'crawl', 'commune', 'mairie_budget');
    const metadata = JSON.parse(readFileSync(`${page}_metadata.json`, 'utf8')) as object;
    writeFileSync(`${page}_metadata.json`, JSON.stringify({ ...metadata, etag: '"older"', sha256: 'another text' }));

    const next = await runTask(firecrawl, { out, date: '20260204' });
    expect(next.result).toMatchObject({ pages_new: 0, pages_changed: 1, pages_unchanged: 35 });
    expect(filesOf('20260204')).toEqual(filesOf('20260203'));
    const change = (await crawled('20260204')).documents.filter((document) => document.change === 'changed');
    expect(change.map(({ file }) => file)).toEqual(['commune/mairie_budget']);
  });

  test('keeps to its limits and says what they left unread', async () => {
    const sources = ['commune'];
    const { result, warnings } = await runTask(firecrawl, { out, params: { sources, maxPages: 3 } });
    expect(result).toMatchObject({ pages_crawled: 3 });
    expect((await crawled()).sources[0]?.unread).toBeGreaterThan(3);
    expect(warnings).toEqual([expect.stringContaining('commune: stopped at maxPages')]);
    const small = await runTask(firecrawl, { out, date: '20260204', params: { sources, maxBytes: 4_000 } });
    expect(small.warnings).toEqual([expect.stringContaining('commune: stopped at maxBytes')]);
  });

  test('stops at once when it is told to', async () => {
    const signal = AbortSignal.abort();
    await expect(runTask(firecrawl, { out, signal })).rejects.toThrow('the worker is stopping');
  });
});

describe('task_firecrawl on other sites', () => {
  test('follows redirects on the origin only, keeps each page once, and takes HTML alone', async () => {
    const links = [
      '/moved',
      '/away',
      '/loop',
      '/twin',
      '/plan.pdf',
      '/fragment#a',
      '/fragment#b',
      'mailto:a@b.example',
      '/hidden',
    ];
    const url = await site({
      '/': page(links),
      '/moved': { status: 301, headers: { location: '/target' } },
      '/target': page([]),
      '/away': { status: 302, headers: { location: 'https://elsewhere.example/' } },
      '/loop': { status: 302, headers: { location: '/loop' } },
      '/twin': page([], '<link rel="canonical" href="/">'),
      '/plan.pdf': { headers: { 'content-type': 'application/pdf' }, body: '%PDF' },
      '/fragment': page([]),
      '/hidden': page(['/behind'], '<meta name="robots" content="noindex">'),
      '/behind': page([]),
    });
    const { result } = await other(url);
    const index = await crawled();
    expect(paths(index.documents.map((document) => document.url))).toEqual(['/', '/target', '/fragment', '/behind']);
    expect(index.failures.map(({ reason }) => reason)).toEqual(['redirect_off_site', 'too_many_redirects']);
    expect(paths(index.duplicates)).toEqual(['/twin']);
    expect(paths(index.pdfs.map((pdf) => pdf.url))).toEqual(['/plan.pdf']);
    expect(paths(index.not_stored)).toEqual(['/hidden']);
    expect(result).toMatchObject({ pages_crawled: 5, documents_crawled: 4, pages_failed: 2 });
  });

  test('gives up pages that are too large, too slow or broken, warns, and goes on', async () => {
    const url = await site({
      '/': page(['/large', '/slow', '/broken', '/good']),
      '/large': { headers: { 'content-type': 'text/html' }, body: 'x'.repeat(50_000) },
      '/slow': { never: true },
      '/broken': { status: 500 },
      '/good': page([]),
    });
    const { result, warnings } = await other(url, { maxPageBytes: 20_000 }, '2 seconds');
    expect((await crawled()).failures.map(({ reason }) => reason)).toEqual(['too_large', 'timeout', 'http_500']);
    expect(result).toMatchObject({ pages_crawled: 2, pages_failed: 3 });
    expect(warnings).toHaveLength(3);
  });

  test('reads pages in the charset they are written in', async () => {
    const body = Buffer.from('<meta charset="iso-8859-1"><main><h1>Forêt brûlée</h1></main>', 'latin1');
    const url = await site({ '/': { headers: { 'content-type': 'text/html' }, body } });
    await other(url);
    expect((await crawled()).documents[0]?.title).toBe('Forêt brûlée');
  });

  test('names files apart that plain names would confuse', async () => {
    const links = [
      '/a',
      '/a.html',
      '/a/',
      '/a/index.html',
      '/a.html?b=1',
      '/A.html',
      '/%C3%A9t%C3%A9.html',
      '/index.html',
      '/a_b.html',
    ];
    const url = await site({ '/': page(links), ...Object.fromEntries(links.map((link) => [link, page([])])) });
    await other(url);
    const files = (await crawled()).documents.map(({ file }) => file);
    expect(new Set(files.map((file) => file.toLowerCase())).size).toBe(links.length + 1);
    for (const file of files) expect(file).toMatch(/^site\/[a-z0-9_-]+$/);
  });

  test('fails when no page can be read, and again may be tried', async () => {
    const url = await site({ '/': { status: 503 } });
    await expect(other(url)).rejects.toThrow(/no page of .* could be read .* answered 503/);
  });

  test('fails when robots.txt cannot be read, for then nothing is allowed', async () => {
    const url = await site({ '/': page([]), '/robots.txt': { status: 500 } });
    await expect(other(url)).rejects.toThrow(/robots\.txt of .* answered 500/);
  });

  test('gives up for good where robots.txt forbids the start or the start is no page', async () => {
    const closed = await site({
      '/': page([]),
      '/robots.txt': { body: 'User-agent: daychain-civic\nDisallow: /', headers: { 'content-type': 'text/plain' } },
    });
    await expect(other(closed)).rejects.toThrow(/robots\.txt of .* forbids \/ to daychain-civic/);
    const picture = await site({ '/': { headers: { 'content-type': 'image/png' } } });
    await expect(other(picture)).rejects.toThrow(/is no HTML page/);
  });

  test('keeps what a chosen source that fails had from an earlier crawl of the date, and warns', async () => {
    const answers = { '/': page(['/one.html']), '/one.html': page([]) };
    const steady: Record<string, Answer> = { ...answers };
    const shaky: Record<string, Answer> = { ...answers };
    const sources = { shaky: await site(shaky), steady: await site(steady), other: await site({ '/': page([]) }) };
    const file = join(out, 'sources.json');
    writeFileSync(file, JSON.stringify(Object.entries(sources).map(([name, url]) => ({ name, url }))));
    const settings = {
      CRAWL_SOURCES: file,
      INNER_HOSTS: Object.values(sources).map((url) => new URL(url).host),
      CRAWL_PAUSE: '1 millisecond',
    } as const;
    const crawlAt = (taskId: string, names: string[]) =>
      runTask(firecrawl, { out, settings, taskId, params: { sources: names } });
    await crawlAt('00000003', ['shaky', 'steady', 'other']);
    const before = await crawled();
    const had = filesOf('20260203').filter((name) => name.startsWith('shaky/'));
    expect(had).toContain('shaky/one.md');

    shaky['/'] = { status: 503 };
    steady['/two'] = page([]);
    steady['/'] = page(['/one.html', '/two']);
    const { result, warnings, errors } = await crawlAt('00000012', ['shaky', 'steady']);
    const index = await crawled();
    const of = (name: string, { documents }: CrawlIndex) => documents.filter(({ file: path }) => path.startsWith(`${name}/`));
    expect(of('shaky', index)).toEqual(of('shaky', before));
    expect(of('steady', index)).toHaveLength(3);
    expect(index).toMatchObject({ session_id: '00000012', sources: [{ source: 'shaky' }, { source: 'steady' }] });
    expect(filesOf('20260203').filter((name) => name.startsWith('shaky/'))).toEqual(had);
    // One that was not chosen goes, as ever.
    expect(filesOf('20260203').filter((name) => name.startsWith('other/'))).toEqual([]);
    // The counts are of what this run has read.
    expect(result).toMatchObject({ pages_crawled: 3, documents_crawled: 3, sources_processed: 1, sources_kept: ['shaky'] });
    expect(Object.keys((result as { sources: object }).sources)).toEqual(['steady']);
    expect(errors).toEqual([expect.stringMatching(/answered 503/)]);
    expect(warnings).toEqual([expect.stringMatching(/^shaky: .*2 documents of an earlier crawl of 20260203 are kept/)]);
    expect((await runTask(ragIndexing, { out })).result).toMatchObject({ documents_indexed: 5 });

    // Without an earlier crawl there is nothing to keep.
    const next = await runTask(firecrawl, { out, settings, date: '20260204', params: { sources: ['shaky', 'steady'] } });
    expect(next.result).toMatchObject({ sources_kept: [], sources_processed: 1 });
    expect(next.warnings).toEqual([]);
  });

  test('obeys the rules for its own name rather than those for all', async () => {
    const body = 'User-agent: *\nDisallow: /\n\nUser-agent: daychain-civic\nDisallow: /no\n';
    const url = await site({
      '/': page(['/no', '/yes']),
      '/yes': page([]),
      '/robots.txt': { body, headers: { 'content-type': 'text/plain' } },
    });
    const { result } = await other(url);
    expect(result).toMatchObject({ pages_crawled: 2, skipped_by_robots: 1 });
  });
});

/** Crawls a site of a test, without pauses. @param timeout of a page: short for one that never comes */
function other(url: string, params: JsonObject = {}, timeout: Duration = '30 seconds'): Promise<FakeRun> {
  const { host } = new URL(url);
  const settings = { INNER_HOSTS: [host], CRAWL_PAUSE: '1 millisecond', CRAWL_TIMEOUT: timeout } as const;
  return runTask(firecrawl, { out, params: { url, ...params }, settings });
}

const filesOf = (date: string) => filesBelow(join(out, date, 'crawl'));

async function crawled(date = '20260203'): Promise<CrawlIndex> {
  const index = await readCrawl(join(out, date));
  if (!index) throw new Error('there is no crawl');
  return index;
}

function paths(urls: string[]): string[] {
  return urls.map((url) => new URL(url).pathname);
}
