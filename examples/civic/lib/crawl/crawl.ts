/** The walk over a site: politely, within limits, never off its origin. */
import { setTimeout as pause } from 'node:timers/promises';
import * as cheerio from 'cheerio';
import { download, DownloadError, type Download, type FailureReason } from './download.js';
import { decodePage, parseUrl, readPage, type Page } from './read-page.js';
import { readRobots, type Robots } from './robots.js';

export interface CrawlOptions {
  start: URL;
  /** Where the site's origin really answers, when it is served locally. */
  via?: URL;
  userAgent: string;
  /** Pages asked for at most. */
  maxPages: number;
  /** Links followed from the start at most: 0 reads the start alone. Addresses of the sitemap count as one link away. */
  maxDepth: number;
  maxPageBytes: number;
  /** Bytes of all pages together at most; the walk ends with the page that passes it. */
  maxBytes: number;
  /** Time limit of one request. */
  timeoutMs: number;
  /** Pause between requests. The site's own Crawl-delay counts where it is longer. */
  pauseMs: number;
  sitemap: boolean;
  signal: AbortSignal;
  /** Called for each page that was read, in order; the walk waits for it. */
  onPage(page: CrawledPage): Promise<void>;
}

export interface CrawledPage extends Page {
  url: URL;
  depth: number;
  status: number;
  contentType: string;
  lastModified: string | null;
  html: string;
  bytes: number;
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
  /** Further addresses of a page that was already read. */
  duplicates: string[];
  offSite: string[];
  /** Addresses known and within depth that a limit left unread. */
  unread: number;
  stoppedBy: 'maxPages' | 'maxBytes' | null;
}

interface Target {
  url: URL;
  depth: number;
  from: string | null;
}

/**
 * Crawls a site, breadth first. What is wrong with single pages is in the outcome;
 * a robots.txt that cannot be read throws its DownloadError, and the signal its reason.
 */
export async function crawl(options: CrawlOptions): Promise<CrawlOutcome> {
  const robots = await readRobots(options.start, { ...options, maxBytes: options.maxPageBytes });
  const walk = new Walk(options, robots);
  walk.add(options.start, 0, null);
  if (options.sitemap && options.maxDepth > 0) await walk.addSitemaps();
  await walk.run();
  return walk.outcome;
}

class Walk {
  readonly outcome: CrawlOutcome = {
    pages: 0,
    bytes: 0,
    failures: [],
    skippedByRobots: [],
    notHtml: [],
    duplicates: [],
    offSite: [],
    unread: 0,
    stoppedBy: null,
  };
  private readonly queue: Target[] = [];
  private readonly known = new Set<string>();
  private readonly read = new Set<string>();

  constructor(
    private readonly options: CrawlOptions,
    private readonly robots: Robots,
  ) {}

  add(url: URL, depth: number, from: string | null): void {
    if (depth > this.options.maxDepth || this.known.has(url.href)) return;
    this.known.add(url.href);
    if (url.origin !== this.options.start.origin) this.outcome.offSite.push(url.href);
    else if (!this.robots.isAllowed(url)) this.outcome.skippedByRobots.push(url.href);
    else this.queue.push({ url, depth, from });
  }

  /** A sitemap only adds addresses; one that cannot be read is no failure of the crawl. */
  async addSitemaps(): Promise<void> {
    for (const href of this.robots.sitemaps) {
      const url = parseUrl(href, this.options.start);
      if (url?.origin !== this.options.start.origin) continue;
      try {
        const { body } = await this.fetch(url);
        const $ = cheerio.load(new TextDecoder().decode(body), { xml: true });
        for (const loc of $('url > loc').toArray()) {
          const page = parseUrl($(loc).text().trim(), url);
          if (page) this.add(page, 1, null);
        }
      } catch (error) {
        if (!(error instanceof DownloadError)) throw error;
      }
    }
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
    }
  }

  private async visit({ url, depth, from }: Target): Promise<void> {
    const { outcome } = this;
    let answer: Download;
    try {
      answer = await this.fetch(url);
    } catch (error) {
      if (!(error instanceof DownloadError)) throw error;
      outcome.failures.push({ url: url.href, reason: error.reason, message: error.message, linked_from: from });
      return;
    }
    outcome.bytes += answer.body.length;
    if (!/^(text\/html|application\/xhtml\+xml)\b/i.test(answer.contentType)) {
      outcome.notHtml.push(url.href);
      return;
    }
    const html = decodePage(answer.body, answer.contentType);
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
    const { status, contentType, lastModified } = answer;
    await this.options.onPage({ ...page, url: own, depth, status, contentType, lastModified, html, bytes: answer.body.length });
  }

  private fetch(url: URL): Promise<Download> {
    return download(url, {
      ...this.options,
      maxBytes: this.options.maxPageBytes,
      isAllowed: (target) => this.robots.isAllowed(target),
    });
  }
}
