/** The log of a run, from the files of all workers that wrote into a folder: page by page, and as it grows. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { LogFileReader, type FoundLine } from './log-file-reader.js';
import type { LogLine, LogQuery } from './log-lines.js';
import { projectOf } from './rotating-file.js';

export interface LogPage {
  /** By their time. */
  lines: LogLine[];
  /** For the next page: where this one ended, by bytes of each file. */
  after: string;
  /** There was more than the page holds. */
  more: boolean;
  /** Files that were looked at. */
  files: number;
}

export interface LogPageWish {
  /** `after` of the page before; null or absent: from the beginning. */
  after?: string | null;
  /** Lines at most, at least 1. Default 1,000. */
  limit?: number;
}

/** The text is no `after` of a page. */
export class BadCursor extends Error {
  override readonly name = 'BadCursor';
  constructor() {
    super('is no cursor of a page of a log');
  }
}

/**
 * A page of a run's lines. A folder that is not there has none.
 * @param project files of other projects that share the folder are left out
 * @throws BadCursor
 */
export async function readRunLog(dir: string, project: string, query: LogQuery, wish: LogPageWish = {}): Promise<LogPage> {
  const positions = readCursor(wish.after ?? null);
  const names = await filesOf(dir, project);
  const heads: Head[] = names.map((name) => {
    const reader = new LogFileReader(join(dir, name), query, positions[name] ?? 0);
    return { name, reader, lines: reader.lines(), next: null };
  });
  const lines: LogLine[] = [];
  let more = false;
  try {
    await Promise.all(heads.map(advance));
    for (;;) {
      const head = earliest(heads);
      if (head === null) break;
      if (lines.length >= (wish.limit ?? 1_000)) {
        more = true;
        break;
      }
      lines.push(head.next!.line);
      await advance(head);
    }
  } finally {
    await Promise.all(heads.map(({ lines: open }) => open.return(undefined)));
  }
  const after = Object.fromEntries(heads.map(({ name, next, reader }) => [name, next?.from ?? reader.position]));
  return { lines, after: Buffer.from(JSON.stringify(after)).toString('base64url'), more, files: names.length };
}

const FOLLOW_EVERY_MS = 300;
const ASK_EVERY = 4;

export interface FollowOptions extends LogPageWish {
  /** Asked about once a second: whether the run has ended. What it wrote before is still read. */
  isOver(): Promise<boolean>;
  signal: AbortSignal;
}

/** Pages as they come, until the run is over or the signal says stop. New files, of whatever worker, are found. */
export async function* followRunLog(
  dir: string,
  project: string,
  query: LogQuery,
  { isOver, signal, ...wish }: FollowOptions,
): AsyncGenerator<LogPage> {
  let after = wish.after ?? null;
  for (let lap = 0; !signal.aborted; lap++) {
    // Asked first: what was written before its end is then in this page.
    const over = lap % ASK_EVERY === 0 && (await isOver());
    for (let more = true; more && !signal.aborted;) {
      const page = await readRunLog(dir, project, query, { ...wish, after });
      ({ after, more } = page);
      if (page.lines.length > 0 || lap === 0) yield page;
    }
    if (over) return;
    await delay(FOLLOW_EVERY_MS, undefined, { signal }).catch(() => {});
  }
}

interface Head {
  name: string;
  reader: LogFileReader;
  lines: AsyncGenerator<FoundLine>;
  next: FoundLine | null;
}

async function advance(head: Head): Promise<void> {
  const read = await head.lines.next();
  head.next = read.done ? null : read.value;
}

function earliest(heads: readonly Head[]): Head | null {
  let found: Head | null = null;
  for (const head of heads) {
    if (head.next !== null && (found === null || head.next.line.at < found.next!.line.at)) found = head;
  }
  return found;
}

/** Names of the project's files in a folder, in the order in which they were begun. */
async function filesOf(dir: string, project: string): Promise<string[]> {
  const names = await readdir(dir).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [];
    throw error;
  });
  return names.filter((name) => projectOf(name) === project).sort();
}

/** Positions by file. A file that has gone since is simply not looked at. */
function readCursor(after: string | null): Record<string, number> {
  if (after === null) return {};
  try {
    const value = JSON.parse(Buffer.from(after, 'base64url').toString('utf8')) as Record<string, unknown>;
    const entries = Object.entries(value);
    if (entries.every(([name, at]) => projectOf(name) !== null && Number.isSafeInteger(at) && Number(at) >= 0)) {
      return Object.fromEntries(entries) as Record<string, number>;
    }
  } catch {
    // Told below.
  }
  throw new BadCursor();
}
