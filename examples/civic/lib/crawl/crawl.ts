/** The walk over a site: politely, within limits, never off its origin. */
import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Http } from 'daychain/kit';
import { download, DownloadError, type Download, type FailureReason, type Validators } from './download.js';
import { decodePage, readPage, type Page } from './read-page.js';
import { readRobots, type Robots } from './robots.js';
import { addressesOfSitemaps } from './sitemaps.js';
import { createTrapWatch } from './traps.js';

export interface CrawlOptions {
  start: URL;
  http: Http;
  /** Where the site's origin really answers, when it is served locally. */
  via?: URL | undefined;
  userAgent: string;
  /** Whether an address of the site is wanted. */
  belongs(url: URL): boolean;
  /** Pages asked for at most. */
  maxPages: number;
  /** Links followed from the start at most: 0 reads the start alone. Addresses of the sitemap count as one link away. */
  maxDepth: number;
  /** Bytes of all pages together at most; the walk ends with the page that passes it. */
  maxBytes: number;
  /** Pause between requests. The site's own Crawl-delay counts where it is longer. */
  pauseMs: number;
  sitemap: boolean;
  signal: AbortSignal;
  /** A copy that an earlier crawl has left, if there is one. */
  copyOf(url: URL): Promise<Copy | null>;
  /** Called for each page that was read, in order; the walk waits for it. */
  onPage(page: CrawledPage): Promise<void>;
}

export interface Copy extends Validators {
  html: string;
  contentType: string;
}

export interface CrawledPage extends Page {
  url: URL;
  /** What was asked for: another address where it redirected, or names itself otherwise. */
  asked: URL;
  depth: number;
  status: number;
  contentType: string;
  lastModified: string | null;
  etag: string | null;
  html: string;
  /** Of the main text. */
  sha256: string;
  bytes: number;
  /** The site said that it is as the copy. */
  notModified: boolean;
}

export interface CrawlFailure {
  url: string;
  reason: FailureReason;
  message: string;
  /** The page that links to it; null for the start and the sitemap. */
  linked_from: string | null;
}

export interface CrawlOutcome {
  pages: number;
  bytes: number;
  failures: CrawlFailure[];
  skippedByRobots: string[];
  /** Addresses that answered with something that is no HTML. */
  notHtml: string[];
  /** PDF files that pages link to. */
  pdfs: { url: string; text: string; linked_from: string }[];
  /** Further addresses of a page that was already read. */
  duplicates: string[];
  offSite: string[];
  /** Addresses that look made up without end. */
  traps: string[];
  /** Addresses known and within depth that a limit left unread. */
  unread: number;
  /** `waitAsked`: the site asked for a longer pause than a crawl waits. */
  stoppedBy: 'maxPages' | 'maxBytes' | 'waitAsked' | null;
}

interface Target {
  url: URL;
  depth: number;
  from: string | null;
}

export const NO_OUTCOME: Readonly<CrawlOutcome> = {
  pages: 0,
  bytes: 0,
  failures: [],
  skippedByRobots: [],
  notHtml: [],
  pdfs: [],
  duplicates: [],
  offSite: [],
  traps: [],
  unread: 0,
  stoppedBy: null,
};

/**
 * Crawls a site, breadth first. What is wrong with single pages is in the outcome;
 * a robots.txt that cannot be read throws its DownloadError, and the signal its reason.
 */
export async function crawl(options: CrawlOptions): Promise<CrawlOutcome> {
  const { start, userAgent } = options;
  const robots = await readRobots(start, userAgent, options);
  const walk = new Walk(options, robots);
  walk.add(start, 0, null);
  if (options.sitemap && options.maxDepth > 0) {
    const fetch = (url: URL) => walk.fetch(url);
    for (const url of await addressesOfSitemaps(start, robots.sitemaps, fetch)) walk.add(url, 1, null);
  }
  await walk.run();
  return walk.outcome;
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

class Walk {
  readonly outcome: CrawlOutcome = structuredClone(NO_OUTCOME);
  private readonly queue: Target[] = [];
  private readonly known = new Set<string>();
  private readonly read = new Set<string>();
  private readonly isTrap = createTrapWatch();

  constructor(
    private readonly options: CrawlOptions,
    private readonly robots: Robots,
  ) {}

  add(url: URL, depth: number, from: string | null): void {
    const { start, maxDepth, belongs } = this.options;
    if (depth > maxDepth || this.known.has(url.href)) return;
    this.known.add(url.href);
    if (url.origin !== start.origin) this.outcome.offSite.push(url.href);
    else if (!belongs(url)) return;
    else if (!this.robots.isAllowed(url)) this.outcome.skippedByRobots.push(url.href);
    else if (this.isTrap(url)) this.outcome.traps.push(url.href.slice(0, 300));
    else this.queue.push({ url, depth, from });
  }

  async run(): Promise<void> {
    const { options, outcome } = this;
    const pauseMs = Math.max(options.pauseMs, this.robots.crawlDelayMs);
    let asked = 0;
    for (let target = this.queue.shift(); target; target = this.queue.shift()) {
      if (asked === options.maxPages || outcome.bytes >= options.maxBytes) {
        outcome.stoppedBy = asked === options.maxPages ? 'maxPages' : 'maxBytes';
        outcome.unread = this.queue.length + 1;
        return;
      }
      options.signal.throwIfAborted();
      if (asked++ > 0 && pauseMs > 0) await pause(pauseMs, undefined, { signal: options.signal });
      await this.visit(target);
      if (outcome.stoppedBy !== null) {
        outcome.unread = this.queue.length;
        return;
      }
    }
  }

  fetch(url: URL, had?: Validators): Promise<Download> {
    return download(url, { ...this.options, isAllowed: (target) => this.robots.isAllowed(target) }, had);
  }

  private async visit({ url, depth, from }: Target): Promise<void> {
    const { outcome } = this;
    const copy = await this.options.copyOf(url);
    let answer: Download;
    try {
      answer = await this.fetch(url, copy ?? undefined);
    } catch (error) {
      if (!(error instanceof DownloadError)) throw error;
      const { reason, message, waitMs } = error;
      outcome.failures.push({ url: url.href, reason, message, linked_from: from });
      // Asking for further pages would be the opposite of what it asked for.
      if (waitMs !== null) outcome.stoppedBy = 'waitAsked';
      return;
    }
    const bytes = answer.body?.length ?? 0;
    outcome.bytes += bytes;
    const contentType = answer.body === null ? copy!.contentType : answer.contentType;
    if (!/^(text\/html|application\/xhtml\+xml)\b/i.test(contentType)) {
      if (/^application\/pdf\b/i.test(contentType)) outcome.pdfs.push({ url: url.href, text: '', linked_from: from ?? '' });
      else outcome.notHtml.push(url.href);
      return;
    }
    const html = answer.body === null ? copy!.html : decodePage(answer.body, contentType);
    const page = readPage(html, answer.url);
    const own = page.canonical?.origin === url.origin ? page.canonical : answer.url;
    if (this.read.has(own.href) || this.read.has(answer.url.href)) {
      outcome.duplicates.push(url.href);
      return;
    }
    for (const address of [url, answer.url, own]) {
      this.known.add(address.href);
      this.read.add(address.href);
    }
    outcome.pages += 1;
    for (const link of page.links) this.add(link, depth + 1, own.href);
    for (const pdf of page.pdfs) {
      if (!outcome.pdfs.some((listed) => listed.url === pdf.url)) outcome.pdfs.push({ ...pdf, linked_from: own.href });
    }
    await this.options.onPage({
      ...page,
      url: own,
      asked: url,
      depth,
      status: answer.status,
      contentType,
      lastModified: answer.lastModified ?? copy?.lastModified ?? null,
      etag: answer.etag ?? (answer.body === null ? copy!.etag : null),
      html,
      sha256: sha256(page.markdown),
      bytes: answer.body === null ? Buffer.byteLength(html) : bytes,
      notModified: answer.body === null,
    });
  }
}
