/** What one run of the crawl has to tell: which sources it read, what it found there, and what it left as it was. */
import type { Source } from './sources.js';
import { readSource, type SourceIndex } from './stored.js';

export interface RunSources {
  /** All of them, in the order chosen. */
  all: SourceIndex[];
  /** Read by this run. */
  crawled: SourceIndex[];
  /** Not read this time, with what an earlier run of the date has left: old pages are better than none. */
  kept: SourceIndex[];
}

/** The chosen sources that have a crawl of the day, by who made it. */
export async function sourcesOf(day: string, chosen: readonly Source[], taskId: string): Promise<RunSources> {
  const all: SourceIndex[] = [];
  for (const { name } of chosen) {
    const index = await readSource(day, name);
    if (index !== null) all.push(index);
  }
  return {
    all,
    crawled: all.filter(({ session_id }) => session_id === taskId),
    kept: all.filter(({ session_id }) => session_id !== taskId),
  };
}

/** A broken link is a finding about the site. Anything else means that our picture of it is incomplete. */
export function findings({ source, failures, stopped_by, unread, expected_count, documents, traps }: SourceIndex): string[] {
  const broken = failures.filter(({ reason }) => reason !== 'http_404' && reason !== 'http_410');
  return [
    ...broken.map(({ url, message }) => `${source}: ${url}: ${message}`),
    ...(stopped_by ? [`${source}: stopped at ${stopped_by}; known addresses left unread: ${unread}`] : []),
    ...(documents.length < (expected_count ?? 0) ? [`${source}: ${documents.length} documents, expected ${expected_count}`] : []),
    ...(traps.length > 0 ? [`${source}: ${traps.length} addresses look made up without end, ${traps[0]} first`] : []),
  ];
}

/** Of the sources that a run has read. */
export function countsOf(crawled: readonly SourceIndex[]) {
  const documents = crawled.flatMap((source) => source.documents);
  const of = (change: string) => documents.filter((document) => document.change === change).length;
  const sum = (amount: (source: SourceIndex) => number) => crawled.reduce((all, source) => all + amount(source), 0);
  return {
    pages_crawled: sum(({ total_pages }) => total_pages),
    documents_crawled: documents.length,
    pages_new: of('new'),
    pages_changed: of('changed'),
    pages_unchanged: of('unchanged'),
    pages_failed: sum(({ failures }) => failures.length),
    pdfs_found: sum(({ pdfs }) => pdfs.length),
    bytes: sum(({ bytes }) => bytes),
    skipped_by_robots: new Set(crawled.flatMap((source) => source.skipped_by_robots)).size,
  };
}
