/** Which documents are done, and what came of them: `progress.json`, and the same as a table for people. */
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

export type Progress = Record<string, Done>;

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
export function isOpen({ name, sha256 }: Document, progress: Progress): boolean {
  return progress[name]?.sha256 !== sha256;
}

/** Adds to what is there: the counts of documents done before stay (defect 11). */
export async function storeProgress(folder: string, progress: Progress, documents: readonly Document[]): Promise<void> {
  await writeWhole(join(folder, 'progress.json'), progress);
  const rows = documents.map((document) => {
    const done = isOpen(document, progress) ? undefined : progress[document.name];
    const cells = done ? [done.state, done.date, done.chunks, done.themes, done.contributions] : ['open', '', '', '', ''];
    return `| ${[document.name, ...cells].join(' | ')} |`;
  });
  const isComplete = documents.every((document) => !isOpen(document, progress));
  const head = ['| document | state | date | chunks | themes | contributions |', '| --- | --- | --- | ---: | ---: | ---: |'];
  await writeWhole(
    join(folder, 'progress.md'),
    ['# Documents', '', ...head, ...rows, '', isComplete ? 'all_complete' : 'open', ''].join('\n'),
  );
}
