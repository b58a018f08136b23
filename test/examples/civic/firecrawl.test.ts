import { createServer, type RequestListener } from 'node:http';
import { readdirSync, readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readCrawl, type CrawlIndex } from '../../../examples/civic/lib/crawl/stored.js';
import firecrawl from '../../../examples/civic/tasks/task_firecrawl.js';
import { runTask, temporaryFolder } from './fake-context.js';

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
      sources: { 'www.lanverec.example': index.documents.length },
    });
    expect(index.documents.length).toBeGreaterThanOrEqual(12);
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
    expect(readdirSync(join(out, '20260203', 'crawl')).sort()).toEqual([...expected, 'index.json'].sort());

    const hours = readFileSync(join(out, '20260203', 'crawl', 'mairie_index.md'), 'utf8');
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

    await runTask(firecrawl, { out, params: { maxDepth: 0 } });
    expect(readdirSync(join(out, '20260203', 'crawl')).sort()).toEqual([
      'index.html',
      'index.json',
      'index.md',
      'index_metadata.json',
    ]);
  });

  test('keeps to its limits and says what they left unread', async () => {
    const { result, warnings } = await runTask(firecrawl, { out, params: { maxPages: 3 } });
    expect(result).toMatchObject({ pages_crawled: 3 });
    expect((await crawled()).unread).toBeGreaterThan(3);
    expect(warnings).toEqual([expect.stringContaining('maxPages = 3')]);
    const small = await runTask(firecrawl, { out, params: { maxBytes: 4_000 } });
    expect(small.warnings).toEqual([expect.stringContaining('maxBytes = 4000')]);
  });

  test('stops at once when it is told to', async () => {
    const signal = AbortSignal.abort(new Error('cancelled by marie'));
    await expect(runTask(firecrawl, { out, signal })).rejects.toThrow('cancelled by marie');
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
    const { result } = await runTask(firecrawl, { out, params: { url, pauseMs: 0 } });
    const index = await crawled();
    expect(paths(index.documents.map((document) => document.url))).toEqual(['/', '/target', '/fragment', '/behind']);
    expect(index.failures.map(({ reason }) => reason)).toEqual(['redirect_off_site', 'too_many_redirects']);
    expect(paths(index.duplicates)).toEqual(['/twin']);
    expect(paths(index.not_html)).toEqual(['/plan.pdf']);
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
    const params = { url, pauseMs: 0, maxPageBytes: 20_000, timeoutMs: 300 };
    const { result, warnings } = await runTask(firecrawl, { out, params });
    expect((await crawled()).failures.map(({ reason }) => reason)).toEqual(['too_large', 'timeout', 'http_500']);
    expect(result).toMatchObject({ pages_crawled: 2, pages_failed: 3 });
    expect(warnings).toHaveLength(3);
  });

  test('reads pages in the charset they are written in', async () => {
    const body = Buffer.from('<meta charset="iso-8859-1"><main><h1>Forêt brûlée</h1></main>', 'latin1');
    const url = await site({ '/': { headers: { 'content-type': 'text/html' }, body } });
    await runTask(firecrawl, { out, params: { url, pauseMs: 0 } });
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
    await runTask(firecrawl, { out, params: { url, pauseMs: 0 } });
    const files = (await crawled()).documents.map(({ file }) => file);
    expect(new Set(files.map((file) => file.toLowerCase())).size).toBe(links.length + 1);
    for (const file of files) expect(file).toMatch(/^[a-z0-9_-]+$/);
  });

  test('fails when no page can be read, and again may be tried', async () => {
    const url = await site({ '/': { status: 503 } });
    await expect(runTask(firecrawl, { out, params: { url } })).rejects.toMatchObject({
      name: 'TaskError',
      message: expect.stringContaining('503') as string,
    });
  });

  test('fails when robots.txt cannot be read, for then nothing is allowed', async () => {
    const url = await site({ '/': page([]), '/robots.txt': { status: 500 } });
    await expect(runTask(firecrawl, { out, params: { url } })).rejects.toMatchObject({
      name: 'TaskError',
      message: expect.stringContaining('robots.txt') as string,
    });
  });

  test('gives up for good where robots.txt forbids the start or the start is no page', async () => {
    const closed = await site({
      '/': page([]),
      '/robots.txt': { body: 'User-agent: daychain-civic\nDisallow: /', headers: { 'content-type': 'text/plain' } },
    });
    await expect(runTask(firecrawl, { out, params: { url: closed } })).rejects.toMatchObject({ name: 'PermanentError' });
    const picture = await site({ '/': { headers: { 'content-type': 'image/png' } } });
    await expect(runTask(firecrawl, { out, params: { url: picture } })).rejects.toMatchObject({ name: 'PermanentError' });
  });

  test('obeys the rules for its own name rather than those for all', async () => {
    const body = 'User-agent: *\nDisallow: /\n\nUser-agent: daychain-civic\nDisallow: /no\n';
    const url = await site({
      '/': page(['/no', '/yes']),
      '/yes': page([]),
      '/robots.txt': { body, headers: { 'content-type': 'text/plain' } },
    });
    const { result } = await runTask(firecrawl, { out, params: { url, pauseMs: 0 } });
    expect(result).toMatchObject({ pages_crawled: 2, skipped_by_robots: 1 });
  });
});

interface Answer {
  status?: number;
  headers?: Record<string, string>;
  body?: string | Buffer;
  never?: boolean;
}

function page(links: string[], head = ''): Answer {
  const anchors = links.map((href) => `<a href="${href}">lien</a>`).join(' ');
  return {
    headers: { 'content-type': 'text/html; charset=utf-8' },
    body: `<html lang="fr"><head>${head}</head><main><h1>Titre</h1>${anchors}</main></html>`,
  };
}

/** Serves answers by path and query until the test ends. */
async function site(answers: Record<string, Answer>): Promise<string> {
  const listener: RequestListener = (request, response) => {
    const answer = answers[request.url ?? ''] ?? { status: 404 };
    if (answer.never) return;
    response.writeHead(answer.status ?? 200, answer.headers).end(answer.body);
  };
  const server = createServer(listener);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  cleanups.push(
    () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  );
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

async function crawled(): Promise<CrawlIndex> {
  const index = await readCrawl(join(out, '20260203'));
  if (!index) throw new Error('there is no crawl');
  return index;
}

function paths(urls: string[]): string[] {
  return urls.map((url) => new URL(url).pathname);
}
