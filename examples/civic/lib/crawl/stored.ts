/**
 * What a crawl leaves in `out/<date>/crawl/`: a folder per source with three files per document and an index, and above them
 * the index of the date, the same for people (`index.md`), and `errors.log`.
 */
import { createHash } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readJson, writeWhole } from '../files.js';
import type { CrawledPage, CrawlFailure, CrawlOutcome } from './crawl.js';

/** Against the crawl before: a page it did not have, one whose main text is another, one that is the same. */
export type Change = 'new' | 'changed' | 'unchanged';

export interface StoredDocument {
  /** Names its files, from the crawl's folder on, without ending. */
  file: string;
  url: string;
  title: string;
  description: string | null;
  depth: number;
  words: number;
  bytes: number;
  change: Change;
}

/** `<name>_metadata.json` */
export interface PageMetadata extends StoredDocument {
  asked: string;
  language: string | null;
  status: number;
  content_type: string;
  last_modified: string | null;
  etag: string | null;
  sha256: string;
}

export interface Findings {
  failures: CrawlFailure[];
  skipped_by_robots: string[];
  not_html: string[];
  pdfs: CrawlOutcome['pdfs'];
  duplicates: string[];
  off_site: string[];
  traps: string[];
  /** Addresses that asked not to be stored. */
  not_stored: string[];
}

export interface SourceIndex extends Findings {
  source: string;
  description: string;
  base_url: string;
  /** The run that crawled. */
  session_id: string;
  reader: 'own' | 'firecrawl';
  total_pages: number;
  bytes: number;
  expected_count: number | null;
  documents: StoredDocument[];
  unread: number;
  stopped_by: CrawlOutcome['stoppedBy'];
}

export interface CrawlIndex extends Findings {
  base_url: string;
  date: string;
  session_id: string;
  total_pages: number;
  sources: Omit<SourceIndex, keyof Findings | 'documents' | 'session_id'>[];
  documents: StoredDocument[];
}

const INDEX = 'index.json';

export function crawlFolder(day: string): string {
  return join(day, 'crawl');
}

/** The crawl of a day; null if there was none. */
export function readCrawl(day: string): Promise<CrawlIndex | null> {
  return readJson<CrawlIndex>(join(crawlFolder(day), INDEX));
}

/** The crawl of one source; null if there was none. */
export function readSource(day: string, source: string): Promise<SourceIndex | null> {
  return readJson<SourceIndex>(join(crawlFolder(day), source, INDEX));
}

/** Writes `<name>.html` as it came, `<name>.md` with the main text, and `<name>_metadata.json`, last of the three. */
export async function storePage(day: string, source: string, page: CrawledPage, change: Change): Promise<StoredDocument> {
  const file = `${source}/${fileName(page.url)}`;
  const path = join(crawlFolder(day), file);
  const { title, description, depth, words, bytes } = page;
  const document: StoredDocument = { file, url: page.url.href, title, description, depth, words, bytes, change };
  await writeWhole(`${path}.html`, page.html);
  await writeWhole(`${path}.md`, page.markdown);
  await writeWhole(`${path}_metadata.json`, {
    ...document,
    asked: page.asked.href,
    language: page.language,
    status: page.status,
    content_type: page.contentType,
    last_modified: page.lastModified,
    etag: page.etag,
    sha256: page.sha256,
  } satisfies PageMetadata);
  return document;
}

/** Writes the index of a source, and only then removes the files of an earlier crawl of the date that it no longer names. */
export async function storeSource(day: string, index: SourceIndex): Promise<void> {
  const folder = join(crawlFolder(day), index.source);
  await writeWhole(join(folder, INDEX), index);
  const files = index.documents.flatMap(({ file }) => ['.html', '.md', '_metadata.json'].map((ending) => file + ending));
  await removeOthers(folder, [INDEX, ...files.map((file) => file.slice(index.source.length + 1))]);
}

/** Writes what the date's sources make together, as the run with this id leaves it, and removes the folders of all others. */
export async function storeDay(day: string, date: string, sessionId: string, sources: SourceIndex[]): Promise<CrawlIndex> {
  const folder = crawlFolder(day);
  const all = <K extends keyof Findings>(key: K) => sources.flatMap((source) => source[key] as unknown[]) as Findings[K];
  const index: CrawlIndex = {
    base_url: [...new Set(sources.map(({ base_url }) => new URL(base_url).origin))].join(', '),
    date,
    session_id: sessionId,
    total_pages: sources.reduce((sum, { total_pages }) => sum + total_pages, 0),
    sources: sources.map(({ source, description, base_url, reader, total_pages, bytes, expected_count, unread, stopped_by }) => {
      return { source, description, base_url, reader, total_pages, bytes, expected_count, unread, stopped_by };
    }),
    documents: sources.flatMap(({ documents }) => documents),
    failures: all('failures'),
    skipped_by_robots: [...new Set(all('skipped_by_robots'))],
    not_html: all('not_html'),
    pdfs: all('pdfs'),
    duplicates: all('duplicates'),
    off_site: [...new Set(all('off_site'))],
    traps: all('traps'),
    not_stored: all('not_stored'),
  };
  await writeWhole(join(folder, 'index.md'), asMarkdown(index, sources));
  await writeWhole(join(folder, 'errors.log'), errorLog(sources));
  await writeWhole(join(folder, INDEX), index);
  await removeOthers(folder, [INDEX, 'index.md', 'errors.log', ...sources.map(({ source }) => source)]);
  return index;
}

function asMarkdown({ date }: CrawlIndex, sources: SourceIndex[]): string {
  const listed = sources.map(({ source, description, base_url, documents, pdfs }) => {
    const pages = documents.map(
      ({ title, url, change }) => `- [${title}](${url})${change === 'unchanged' ? '' : ` (${change})`}`,
    );
    const files = pdfs.map(({ text, url }) => `- PDF: [${text || url}](${url})`);
    return [`## ${source}`, '', `${description} <${base_url}>`, '', ...pages, ...files, ''].join('\n');
  });
  return `# Crawl of ${date}\n\n${listed.join('\n')}`;
}

/** One line per address that could not be read: source, reason, address, message, parted by tabs. */
function errorLog(sources: SourceIndex[]): string {
  return sources
    .flatMap(({ source, failures }) =>
      failures.map(({ reason, url, message }) => `${[source, reason, url, message.replace(/\s+/g, ' ')].join('\t')}\n`),
    )
    .join('');
}

async function removeOthers(folder: string, named: readonly string[]): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!named.includes(name)) await rm(join(folder, name), { force: true, recursive: true });
  }
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
