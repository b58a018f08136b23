/** Pages that earlier crawls have left: the site need not send them again, and what has changed since can be told. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readJson, readText } from '../files.js';
import type { Copy, CrawledPage } from './crawl.js';
import { crawlFolder, readSource, type Change, type PageMetadata } from './stored.js';

export interface Copies {
  of(url: URL): Promise<Copy | null>;
  /** Against the crawl of the latest date before, whatever this date's own earlier attempts left. */
  change(page: Pick<CrawledPage, 'url' | 'sha256'>): Change;
}

interface Found {
  metadata: PageMetadata;
  /** Of its files, without ending. */
  path: string;
}

/** Dates looked back at for a crawl of the source. */
const MOST_DATES = 60;

/** Nothing is kept apart for this: the folders of the dates are the memory. */
export async function openCopies(out: string, date: string, source: string): Promise<Copies> {
  const before = await copiesBefore(out, date, source);
  const today = await copiesIn(join(crawlFolder(join(out, date)), source));
  return {
    async of(url) {
      const found = today.get(url.href) ?? before.get(url.href);
      const html = found ? await readText(`${found.path}.html`) : null;
      if (!found || html === null) return null;
      const { etag, last_modified, content_type } = found.metadata;
      return { etag, lastModified: last_modified, contentType: content_type, html };
    },
    change({ url, sha256 }) {
      const earlier = before.get(url.href);
      if (earlier === undefined) return 'new';
      return earlier.metadata.sha256 === sha256 ? 'unchanged' : 'changed';
    },
  };
}

/** Of the latest date before that has a whole crawl of the source. */
async function copiesBefore(out: string, date: string, source: string): Promise<Map<string, Found>> {
  const names = await readdir(out).catch(() => []);
  const dates = names.filter((name) => /^\d{8}$/.test(name) && name < date).sort();
  for (const earlier of dates.reverse().slice(0, MOST_DATES)) {
    const day = join(out, earlier);
    if ((await readSource(day, source)) !== null) return await copiesIn(join(crawlFolder(day), source));
  }
  return new Map();
}

async function copiesIn(folder: string): Promise<Map<string, Found>> {
  const found = new Map<string, Found>();
  for (const name of (await readdir(folder).catch(() => [])).sort()) {
    if (name.startsWith('.') || !name.endsWith('_metadata.json')) continue;
    const metadata = await readJson<PageMetadata>(join(folder, name));
    const path = join(folder, name.slice(0, -'_metadata.json'.length));
    if (metadata !== null) for (const url of [metadata.url, metadata.asked]) found.set(url, { metadata, path });
  }
  return found;
}
