/** Which documents are done or were tried, and what came of them: `progress.json`, and the same as a table for people. */
import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readJson, readText, writeWhole } from '../files.js';

/** Files with less in them hold nothing to debate (O-62). */
const LEAST_BYTES = 100;

export interface Document {
  name: string;
  text: string;
  sha256: string;
}

export interface Done {
  sha256: string;
  state: 'done' | 'too_short';
  date: string;
  /** The run that did it. */
  task_id: string;
  chunks: number;
  themes: number;
  contributions: number;
}

/** Taken up by a run that has not ended it: it is still open. Written before the work, so that a worker's death leaves it too. */
export interface Tried {
  sha256: string;
  state: 'tried';
  date: string;
  /** The run that took it up. */
  task_id: string;
  /** That run's slot. */
  tried_for: string;
}

export type Progress = Record<string, Done | Tried>;

export async function readDocuments(folder: string): Promise<Document[]> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => /\.(md|txt)$/.test(name)).sort();
  const found: Document[] = [];
  for (const name of names) {
    const text = (await readText(join(folder, name))) ?? '';
    found.push({ name, text, sha256: createHash('sha256').update(text).digest('hex') });
  }
  return found;
}

export async function readProgress(folder: string): Promise<Progress> {
  return (await readJson<Progress>(join(folder, 'progress.json'))) ?? {};
}

export function isTooShort({ text }: Document): boolean {
  return Buffer.byteLength(text) < LEAST_BYTES;
}

/** Not yet done, or another text since. */
export function isOpen(document: Document, progress: Progress): boolean {
  const known = stateOf(document, progress);
  return known === undefined || known.state === 'tried';
}

/**
 * The open document whose turn it is: those that failed last time stand behind the others, the one tried longest ago first. One that
 * always fails would else be asked about for ever, and no other ever taken.
 */
export function nextOpen(documents: readonly Document[], progress: Progress): Document | undefined {
  const triedFor = (document: Document) => {
    const known = stateOf(document, progress);
    return known?.state === 'tried' ? known.tried_for : '';
  };
  const open = documents.filter((document) => isOpen(document, progress));
  return open.sort((a, b) => (triedFor(a) < triedFor(b) ? -1 : Number(triedFor(a) > triedFor(b))))[0];
}

/** What is known of the text as it is now. */
function stateOf({ name, sha256 }: Document, progress: Progress): Done | Tried | undefined {
  return progress[name]?.sha256 === sha256 ? progress[name] : undefined;
}

/** Adds to what is there: the counts of documents done before stay (defect 11). */
export async function storeProgress(folder: string, progress: Progress, documents: readonly Document[]): Promise<void> {
  await writeWhole(join(folder, 'progress.json'), progress);
  const rows = documents.map((document) => {
    return `| ${[document.name, ...cellsOf(stateOf(document, progress))].join(' | ')} |`;
  });
  const isComplete = documents.every((document) => !isOpen(document, progress));
  const head = ['| document | state | date | chunks | themes | contributions |', '| --- | --- | --- | ---: | ---: | ---: |'];
  await writeWhole(
    join(folder, 'progress.md'),
    ['# Documents', '', ...head, ...rows, '', isComplete ? 'all_complete' : 'open', ''].join('\n'),
  );
}

function cellsOf(known: Done | Tried | undefined): (string | number)[] {
  if (known === undefined) return ['open', '', '', '', ''];
  if (known.state === 'tried') return ['open, tried', known.date, '', '', ''];
  return [known.state, known.date, known.chunks, known.themes, known.contributions];
}
