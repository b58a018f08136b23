/** The addresses a site lists in its sitemaps. They only add to a crawl: a sitemap that cannot be read is no failure of it. */
import * as cheerio from 'cheerio';
import { DownloadError, type Download } from './download.js';
import { parseUrl } from './read-page.js';

/** Sitemaps read at most, those that an index names included. */
const MOST_SITEMAPS = 20;
const MOST_ADDRESSES = 10_000;

/** @param named by robots.txt; none: the usual place is tried */
export async function addressesOfSitemaps(
  start: URL,
  named: readonly string[],
  fetch: (url: URL) => Promise<Download>,
): Promise<URL[]> {
  const queue = (named.length > 0 ? named : ['/sitemap.xml']).map((href) => parseUrl(href, start));
  const read = new Set<string>();
  const found: URL[] = [];
  for (let url = queue.shift(); url !== undefined; url = queue.shift()) {
    if (url?.origin !== start.origin || read.has(url.href) || read.size === MOST_SITEMAPS) continue;
    read.add(url.href);
    const text = await textOf(url, fetch);
    const $ = cheerio.load(text, { xml: true });
    const locations = (selector: string) =>
      $(selector)
        .toArray()
        .map((loc) => parseUrl($(loc).text().trim(), url));
    queue.push(...locations('sitemap > loc'));
    for (const page of locations('url > loc')) if (page && found.length < MOST_ADDRESSES) found.push(page);
  }
  return found;
}

async function textOf(url: URL, fetch: (url: URL) => Promise<Download>): Promise<string> {
  try {
    return new TextDecoder().decode((await fetch(url)).body ?? new Uint8Array());
  } catch (error) {
    if (error instanceof DownloadError) return '';
    throw error;
  }
}
