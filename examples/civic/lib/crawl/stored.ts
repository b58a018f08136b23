/** What a crawl leaves in `out/<date>/crawl/`: three files per document, and the index that names them all. */
import { createHash } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readJson, writeWhole } from '../files.js';
import type { CrawledPage, CrawlFailure, CrawlOutcome } from './crawl.js';

export interface StoredDocument {
  /** Name of its files, without ending. */
  file: string;
  url: string;
  title: string;
  description: string | null;
  depth: number;
  words: number;
  bytes: number;
}

export interface CrawlIndex {
  base_url: string;
  date: string;
  /** The run that crawled. */
  session_id: string;
  total_pages: number;
  documents: StoredDocument[];
  failures: CrawlFailure[];
  skipped_by_robots: string[];
  not_html: string[];
  duplicates: string[];
  off_site: string[];
  /** Addresses that asked not to be stored. */
  not_stored: string[];
  unread: number;
  stopped_by: CrawlOutcome['stoppedBy'];
}

const INDEX = 'index.json';

export function crawlFolder(day: string): string {
  return join(day, 'crawl');
}

/** The crawl of a day; null if there was none. */
export function readCrawl(day: string): Promise<CrawlIndex | null> {
  return readJson<CrawlIndex>(join(crawlFolder(day), INDEX));
}

/** Writes `<name>.html` as it came, `<name>.md` with the main text, and `<name>_metadata.json`. */
export async function storePage(day: string, page: CrawledPage): Promise<StoredDocument> {
  const file = fileName(page.url);
  const path = join(crawlFolder(day), file);
  const { title, description, depth, words, bytes } = page;
  const document = { file, url: page.url.href, title, description, depth, words, bytes };
  await writeWhole(`${path}.html`, page.html);
  await writeWhole(`${path}.md`, page.markdown);
  await writeWhole(`${path}_metadata.json`, {
    ...document,
    language: page.language,
    status: page.status,
    content_type: page.contentType,
    last_modified: page.lastModified,
    sha256: createHash('sha256').update(page.markdown).digest('hex'),
  });
  return document;
}

/** Writes the index, and only then removes the files of an earlier crawl of the date that it no longer names. */
export async function storeIndex(day: string, index: CrawlIndex): Promise<void> {
  const folder = crawlFolder(day);
  await writeWhole(join(folder, INDEX), index);
  const named = new Set([
    INDEX,
    ...index.documents.flatMap(({ file }) => [`${file}.html`, `${file}.md`, `${file}_metadata.json`]),
  ]);
  for (const name of await readdir(folder)) if (!named.has(name)) await rm(join(folder, name), { force: true });
}

/** A readable name from the path: `/mairie/budget.html` → `mairie_budget`. An address it cannot tell whole gets a hash. */
function fileName(url: URL): string {
  const plain = url.pathname
    .slice(1)
    .replace(/\.html$/, '')
    .replace(/(^|\/)$/, '$1index')
    .toLowerCase()
    .replaceAll('/', '_')
    .replace(/[^a-z0-9_-]+/g, '-');
  const whole = /^\/([a-z0-9-]+\/)*(?!index\.)([a-z0-9-]+\.html)?$/.test(url.pathname) && url.search === '' && plain.length <= 80;
  return whole ? plain : `${plain.slice(0, 70)}-${createHash('sha256').update(url.href).digest('hex').slice(0, 8)}`;
}
