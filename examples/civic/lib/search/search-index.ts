/** A full-text index of French passages, small enough to be one file. */
import MiniSearch, { type AsPlainObject, type Options } from 'minisearch';
import { readJson, writeWhole } from '../files.js';
import { words } from '../words.js';
import { passagesOf } from './passages.js';

export interface IndexedDocument {
  url: string;
  title: string;
  markdown: string;
}

export interface Hit {
  url: string;
  title: string;
  heading: string;
  text: string;
  score: number;
}

export interface IndexCounts {
  documents_indexed: number;
  passages_indexed: number;
  /** Distinct terms. */
  terms: number;
}

interface StoredIndex extends IndexCounts {
  version: 1;
  language: 'fr';
  index: AsPlainObject;
}

const STOP_WORDS = new Set(
  words(
    'le la les un une des du de d l au aux et ou où ni mais donc or car que qu qui quoi dont ce cet cette ces c s se sa son ses leur leurs il elle ils elles on nous vous ' +
      'je j tu me m te t ne n pas plus y en à dans sur sous par pour avec sans est sont a ont été être avoir si comme tout tous toute toutes',
  ),
);

const OPTIONS: Options<Hit & { id: number }> = {
  fields: ['title', 'heading', 'text'],
  storeFields: ['url', 'title', 'heading', 'text'],
  tokenize: words,
  processTerm: (term) => (STOP_WORDS.has(term) ? null : singular(term)),
  searchOptions: {
    boost: { title: 2, heading: 3 },
    prefix: (term) => term.length > 3,
    fuzzy: (term) => (term.length > 5 ? 0.2 : false),
  },
};

/** Indexes documents by their passages and writes the index whole. */
export async function writeSearchIndex(file: string, documents: IndexedDocument[]): Promise<IndexCounts> {
  const index = new MiniSearch(OPTIONS);
  let id = 0;
  for (const { url, title, markdown } of documents) {
    for (const { heading, text } of passagesOf(markdown, title)) index.add({ id: id++, url, title, heading, text, score: 0 });
  }
  const counts = { documents_indexed: documents.length, passages_indexed: index.documentCount, terms: index.termCount };
  const stored: StoredIndex = { version: 1, language: 'fr', ...counts, index: index.toJSON() };
  await writeWhole(file, JSON.stringify(stored));
  return counts;
}

/** Opens an index for questions; null if the file is not there. */
export async function openSearchIndex(
  file: string,
): Promise<{ counts: IndexCounts; search(question: string, limit?: number): Hit[] } | null> {
  const stored = await readJson<StoredIndex>(file);
  if (stored === null) return null;
  const index = MiniSearch.loadJS(stored.index, OPTIONS);
  const { documents_indexed, passages_indexed, terms } = stored;
  return {
    counts: { documents_indexed, passages_indexed, terms },
    search(question, limit = 10) {
      const hits = index.search(question).slice(0, limit) as unknown as Hit[];
      return hits.map(({ url, title, heading, text, score }) => ({ url, title, heading, text, score }));
    },
  };
}

/** French plurals end in s or x. Words of up to four letters keep theirs: `bus`, `prix`. */
function singular(term: string): string {
  return term.length > 4 ? term.replace(/[sx]$/, '') : term;
}
