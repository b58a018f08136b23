import robotsParser from 'robots-parser';
import { download, DownloadError, type DownloadOptions, type FailureReason } from './download.js';

export interface Robots {
  isAllowed(url: URL): boolean;
  /** Pause the site asks for between requests, in milliseconds; 0 if it asks for none. */
  crawlDelayMs: number;
  sitemaps: string[];
}

interface Parsed {
  isAllowed(url: string, userAgent?: string): boolean | undefined;
  getCrawlDelay(userAgent?: string): number | undefined;
  getSitemaps(): string[];
}
// The package's types declare a default export that its CommonJS code does not have under Node's rules.
const parse = robotsParser as unknown as (url: string, text: string) => Parsed;

/** RFC 9309 wants 500 KiB to be read. What a site writes after that is not. */
const MOST_BYTES = 500 * 1_024;
/** A longer pause than this is not kept between pages: such a site is read slower than any crawl lasts. */
const LONGEST_DELAY_SECONDS = 30;

/**
 * Reads a site's robots.txt as RFC 9309 has it: none (4xx) allows everything, one that cannot be read (5xx, unreachable, or too
 * many requests) allows nothing, and then this throws its DownloadError.
 */
export async function readRobots(start: URL, userAgent: string, options: Omit<DownloadOptions, 'isAllowed'>): Promise<Robots> {
  const url = new URL('/robots.txt', start);
  let text = '';
  try {
    const { body } = await download(url, { ...options, isAllowed: () => true });
    text = new TextDecoder().decode(body?.subarray(0, MOST_BYTES));
  } catch (error) {
    if (!(error instanceof DownloadError && isAsNone(error.reason))) throw error;
  }
  const rules = parse(url.href, text);
  return {
    isAllowed: (target) => rules.isAllowed(target.href, userAgent) !== false,
    crawlDelayMs: Math.min(rules.getCrawlDelay(userAgent) ?? 0, LONGEST_DELAY_SECONDS) * 1_000,
    sitemaps: rules.getSitemaps(),
  };
}

/** Redirects without end or to another site count as none, as the RFC allows. */
function isAsNone(reason: FailureReason): boolean {
  if (reason === 'too_many_redirects' || reason === 'redirect_off_site') return true;
  return /^http_4/.test(reason) && reason !== 'http_429';
}
