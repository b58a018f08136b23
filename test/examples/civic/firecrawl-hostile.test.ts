/** Sites that would hang, flood or fool a crawler: each is a real server, and each crawl ends within its bounds. */
import { gzipSync } from 'node:zlib';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { JsonObject } from 'daychain';
import { testTask, type TestedTask } from 'daychain/testing';
import { createHttp } from 'daychain/kit';
import { describe, expect, test } from 'vitest';
import { readCrawl, type CrawlIndex } from '../../../examples/civic/lib/crawl/stored.js';
import firecrawl from '../../../examples/civic/tasks/task_firecrawl.js';
import type { Duration } from '../../../src/plan/duration.js';
import { temporaryFolder } from '../../support/servers.js';
import { settingsOf } from './fake-context.js';
import { filesBelow } from './folders.js';
import { page, site, type Answer } from './sites.js';

const HTML = { 'content-type': 'text/html; charset=utf-8' };
/** For what never comes. All else has the time a busy machine needs. */
const SHORT = '2 seconds';

/** Crawls a hostile page between two good ones. */
async function crawlWith(answer: Answer, params: JsonObject = {}, timeout?: Duration): Promise<Crawled> {
  return await crawl(await site({ '/': page(['/hostile', '/good']), '/good': page([]), '/hostile': answer }), params, timeout);
}

interface Crawled extends TestedTask {
  index: CrawlIndex;
  out: string;
}

async function crawl(url: string, params: JsonObject = {}, timeout?: Duration): Promise<Crawled> {
  const out = temporaryFolder();
  const tested = await tryCrawl(url, params, { out, timeout });
  expect(tested.error).toBeUndefined();
  return { ...tested, out, index: (await readCrawl(join(out, '20260203')))! };
}

function tryCrawl(
  url: string,
  params: JsonObject = {},
  { out = temporaryFolder(), timeout = '30 seconds' }: { out?: string; timeout?: Duration | undefined } = {},
): Promise<TestedTask> {
  const settings = settingsOf({
    CIVIC_OUT: out,
    INNER_HOSTS: [new URL(url).host],
    CRAWL_PAUSE: '1 millisecond',
    CRAWL_TIMEOUT: timeout,
  });
  return testTask(firecrawl, {
    params: { url, maxPageBytes: 50_000, ...params },
    settings: { ...settings },
    clients: { http: createHttp() },
  });
}

const reasons = ({ index }: Crawled) => index.failures.map(({ reason }) => reason);

describe('a crawl meets a page that', () => {
  test('redirects without end: given up, the rest is read', async () => {
    let hops = 0;
    const endless: Answer = { by: (_, response) => response.writeHead(302, { location: `/hop/${++hops}` }).end() };
    const url = await site({ '/': page(['/hostile', '/good']), '/good': page([]), '/hostile': endless }, () => endless);
    const crawled = await crawl(url, { sitemap: false });
    expect(reasons(crawled)).toEqual(['too_many_redirects']);
    expect(hops).toBeLessThan(20);
    expect(crawled.result).toMatchObject({ pages_crawled: 2 });
  });

  test('never ends: cut off at the limit of bytes, nothing of it is kept', async () => {
    const crawled = await crawlWith({
      by(_, response) {
        response.writeHead(200, HTML);
        const more = () => void (response.write('x'.repeat(16_384)) ? setImmediate(more) : response.once('drain', more));
        response.once('close', () => response.removeAllListeners('drain'));
        more();
      },
    });
    expect(reasons(crawled)).toEqual(['too_large']);
    expect(crawled.result).toMatchObject({ pages_crawled: 2 });
  });

  test('drips a byte at a time: the time counts for the whole page, not for each byte', async () => {
    const dripping: Answer = {
      by(_, response) {
        response.writeHead(200, HTML);
        const drip = setInterval(() => response.write('<'), 20);
        response.once('close', () => clearInterval(drip));
      },
    };
    const crawled = await crawlWith(dripping, {}, SHORT);
    expect(reasons(crawled)).toEqual(['timeout']);
  });

  test('is a gzip bomb: the unpacked bytes count', async () => {
    const bomb = gzipSync(Buffer.alloc(20_000_000, 'a'));
    expect(bomb.length).toBeLessThan(50_000);
    const crawled = await crawlWith({ headers: { ...HTML, 'content-encoding': 'gzip' }, body: bomb });
    expect(reasons(crawled)).toEqual(['too_large']);
  });

  test('breaks off in the middle: a failure, never half a page', async () => {
    const crawled = await crawlWith({
      by(_, response) {
        response.writeHead(200, { ...HTML, 'content-length': '1000' });
        response.write('<main><h1>La moitié', () => response.destroy());
      },
    });
    expect(reasons(crawled)).toEqual(['unreachable']);
    expect(filesBelow(crawled.out).filter((file) => file.includes('hostile'))).toEqual([]);
  });

  test('says a charset that it is not written in, or that there is not: it is read all the same', async () => {
    const body = Buffer.from('<meta charset="windows-1252"><main><h1>Élection « générale »</h1></main>', 'latin1');
    const wrong = await crawlWith({
      headers: { 'content-type': 'text/html; charset=klingon' },
      body: '<main><h1>Éte</h1></main>',
    });
    expect(wrong.index.documents.map(({ title }) => title)).toContain('Éte');
    const none = await crawlWith({ headers: { 'content-type': 'text/html' }, body });
    expect(none.index.documents.map(({ title }) => title)).toContain('Élection « générale »');
  });

  test('links to addresses without end: calendars, filters and paths that pile up are left alone', async () => {
    const url = await site({ '/': page(['/agenda?mois=1', '/a/']) }, (request) => {
      const { pathname, searchParams } = new URL(request.url!, 'http://x');
      if (pathname === '/agenda') return page([`/agenda?mois=${Number(searchParams.get('mois')) + 1}`]);
      return pathname.startsWith('/a/') ? page(['a/']) : { status: 404 };
    });
    const crawled = await crawl(url, { maxDepth: 20, maxPages: 500, sitemap: false });
    expect(crawled.index.total_pages).toBeLessThan(40);
    expect(crawled.index.traps.some((trap) => trap.includes('/a/a/a/'))).toBe(true);
    expect(crawled.result.warnings.join()).toMatch(/made up without end/);
  });

  test('names itself so that its file would lie elsewhere: nothing is written outside of the folder', async () => {
    const links = [
      '/..%2f..%2f..%2fetc%2fpasswd',
      '/%2e%2e/secret.html',
      '/a%00b.html',
      `/${'long'.repeat(100)}.html`,
      '/con.html?x=../../y',
    ];
    const url = await site({ '/': page(links) }, () => page([]));
    const { out, index } = await crawl(url, { sitemap: false });
    expect(index.documents.length).toBeGreaterThanOrEqual(5);
    const files = filesBelow(out);
    expect(files.every((file) => file.startsWith('20260203/crawl/'))).toBe(true);
    expect(files.every((file) => file.split('/').every((part) => part.length < 120))).toBe(true);
    expect(existsSync(join(dirname(out), 'etc'))).toBe(false);
  });

  test('leads to the inside of the network: refused, whatever way it is named', async () => {
    const inner = await site({ '/': page([]) });
    const url = await site({ '/': page(['/hostile']), '/hostile': { status: 302, headers: { location: `${inner}secret` } } });
    const crawled = await crawl(url, { sitemap: false });
    expect(reasons(crawled)).toEqual(['redirect_off_site']);
    const direct = await testTask(firecrawl, {
      params: { url: inner },
      settings: { ...settingsOf({ CIVIC_OUT: temporaryFolder() }) },
    });
    expect(direct.result).toMatchObject({ status: 'failed', reason: expect.stringContaining('is not fetched') as string });
  });

  test('changes between two tries: the second one counts, and the copy of the first is not believed', async () => {
    let tries = 0;
    const crawled = await crawlWith({
      by(_, response) {
        if (++tries === 1) response.writeHead(503, { etag: '"one"' }).end();
        else response.writeHead(200, { ...HTML, etag: '"two"' }).end('<main><h1>Deux</h1></main>');
      },
    });
    const metadata = readFileSync(
      join(crawled.out, '20260203/crawl/site/hostile-' + hostileHash(crawled) + '_metadata.json'),
      'utf8',
    );
    expect(JSON.parse(metadata)).toMatchObject({ etag: '"two"', title: 'Deux' });
  });
});

function hostileHash({ index }: Crawled): string {
  return /hostile-(\w+)$/.exec(index.documents.find(({ url }) => url.endsWith('/hostile'))!.file)![1]!;
}

describe('a site that asks to be left in peace', () => {
  test('for a moment (429 with Retry-After): waited for, and asked again', async () => {
    let asked = 0;
    const crawled = await crawlWith({
      by(_, response) {
        if (++asked === 1) response.writeHead(429, { 'retry-after': '0' }).end();
        else response.writeHead(200, HTML).end('<main><h1>Enfin</h1></main>');
      },
    });
    expect(asked).toBe(2);
    expect(crawled.index.failures).toEqual([]);
  });

  test('for an hour: no further page is asked for, and the run says so', async () => {
    let later = 0;
    const url = await site(
      { '/': page(['/hostile', '/next']), '/hostile': { status: 429, headers: { 'retry-after': '3600' } } },
      (request) => {
        if (request.url === '/next') later++;
        return { status: 404 };
      },
    );
    const crawled = await crawl(url, { sitemap: false });
    expect(crawled.index.sources[0]).toMatchObject({ stopped_by: 'waitAsked', unread: 1 });
    expect(later).toBe(0);
    expect(crawled.result.warnings.join()).toMatch(/stopped at waitAsked/);
  });

  test('by robots.txt: 4xx allows all, 5xx and 429 nothing, and its first 500 KiB count', async () => {
    const robots = (answer: Answer) => site({ '/': page(['/no']), '/no': page([]), '/robots.txt': answer });
    expect((await crawl(await robots({ status: 403 }))).result).toMatchObject({ pages_crawled: 2 });
    for (const status of [500, 429]) {
      const { result } = await tryCrawl(await robots({ status }));
      expect(result).toMatchObject({ status: 'failed', reason: expect.stringMatching(/robots\.txt of .* answered/) as string });
    }
    const text = `User-agent: *\nDisallow: /no\n${'# padding of a huge file\n'.repeat(21_000)}Disallow: /\n`;
    expect(text.length).toBeGreaterThan(512_000);
    const huge = await crawl(await robots({ headers: { 'content-type': 'text/plain' }, body: text }), {
      maxPageBytes: 1_000_000,
    });
    expect(huge.result).toMatchObject({ pages_crawled: 1, skipped_by_robots: 1 });
  });
});

test('a site that is down, or hangs: the task fails with the address and the reason, and may try again', async () => {
  const hanging = await tryCrawl(await site({ '/': { never: true } }), {}, { timeout: SHORT });
  expect(hanging.result.reason).toMatch(/no page|robots\.txt/);
  expect(hanging.retry).toMatchObject({ again: true });
  const down = await tryCrawl('http://127.0.0.1:1/');
  expect(down.result.reason).toMatch(/127\.0\.0\.1:1.*(cannot be reached|is not fetched)/);
});
