import robotsParser from 'robots-parser';
import { download, DownloadError, type DownloadOptions } from './download.js';

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

/**
 * Reads a site's robots.txt as RFC 9309 has it: none (4xx) allows everything, one that cannot be read (5xx, unreachable)
 * allows nothing, and then this throws its DownloadError.
 */
export async function readRobots(start: URL, options: Omit<DownloadOptions, 'isAllowed'>): Promise<Robots> {
  const url = new URL('/robots.txt', start);
  let text = '';
  try {
    const { body } = await download(url, { ...options, isAllowed: () => true });
    text = new TextDecoder().decode(body);
  } catch (error) {
    if (!(error instanceof DownloadError && /^http_4/.test(error.reason))) throw error;
  }
  const rules = parse(url.href, text);
  return {
    isAllowed: (target) => rules.isAllowed(target.href, options.userAgent) !== false,
    crawlDelayMs: (rules.getCrawlDelay(options.userAgent) ?? 0) * 1_000,
    sitemaps: rules.getSitemaps(),
  };
}
