/** Sitemaps read entry by entry: a file of any length takes one pass and no memory but its entries (defect 17). */
import { PermanentError, TaskError } from 'daychain';
import { decoded } from './page-facts.js';

/** As many as the protocol allows in one file. */
export const MOST_ENTRIES = 50_000;

export interface Sitemap {
  /** `index`: the entries are further sitemaps. */
  kind: 'index' | 'pages';
  entries: string[];
}

/**
 * @throws PermanentError for what is no sitemap, rather than an empty one: an index read as pages went unseen for nine hours;
 *   TaskError for one that was not sent to its end
 */
export function readSitemap(xml: string): Sitemap {
  const kind = /<sitemapindex\b/i.test(xml.slice(0, 2_000)) ? 'index' : 'pages';
  if (kind === 'pages' && !/<urlset\b/i.test(xml.slice(0, 2_000)))
    throw new PermanentError('this is no sitemap: neither urlset nor sitemapindex');
  const isEmpty = /<(?:urlset|sitemapindex)\b[^>]*\/>/i.test(xml.slice(0, 2_000));
  if (!isEmpty && !/<\/(?:urlset|sitemapindex)\b/i.test(xml)) throw new TaskError('this sitemap ends in the middle');
  const entries: string[] = [];
  let seen = 0;
  for (let at = xml.indexOf('<loc>'); at >= 0 && entries.length < MOST_ENTRIES; at = xml.indexOf('<loc>', at)) {
    const end = xml.indexOf('</loc>', at);
    if (end < 0) break;
    seen++;
    const url = textIn(xml.slice(at + '<loc>'.length, end).trim());
    if (URL.canParse(url)) entries.push(new URL(url).href);
    at = end;
  }
  if (seen > 0 && entries.length === 0) throw new PermanentError(`none of its ${seen} entries is an address`);
  return { kind, entries: [...new Set(entries)] };
}

/** In CDATA nothing is written as an entity. */
function textIn(xml: string): string {
  return xml.startsWith('<![CDATA[') && xml.endsWith(']]>') ? xml.slice('<![CDATA['.length, -']]>'.length).trim() : decoded(xml);
}

/** The sitemaps a robots.txt names. */
export function sitemapsIn(robots: string): string[] {
  const named = robots.split(/\r?\n/).flatMap((line) => /^\s*sitemap:\s*(\S+)/i.exec(line)?.[1] ?? []);
  return named.filter((url) => URL.canParse(url));
}

/** Whether an entry lies on the domain it was found at: others are not ours to read. */
export function isOn(domain: string, url: string): boolean {
  const { hostname } = new URL(url);
  return hostname === domain || hostname.endsWith(`.${domain}`);
}
