/** What is known of each contribution, one file each: `out/records/<id>.json`. */
import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Contribution } from './contributions.js';
import type { Received } from './issues/inbox.js';
import { readJson, writeWhole } from './files.js';
import type { Judgement } from './validators/validator.js';

/**
 * Where a contribution stands. `pending`: not judged yet (the original said so by a confidence of 0, which is a verdict too: defect 11).
 * `quarantined`: no verdict could be had, or what came was none; neither approved nor refused, until it is repaired or its text changes.
 */
export type State = 'pending' | 'valid' | 'flagged' | 'quarantined';

export interface ContributionRecord {
  id: string;
  state: State;
  /** Of the text that was judged: another text is another question. */
  content: string;
  contribution: Contribution | null;
  judgement: Judgement | null;
  /** Why it is quarantined. */
  error: string | null;
  execution_time_ms: number | null;
  /** When the verdict was reached, ISO 8601. */
  timestamp: string | null;
  /** The run that last wrote it, and the date that run was for. */
  task_id: string;
  date: string;
  github: { repository: string; number: number; url: string; user: string | null } | null;
  /** The charter's label at its issue: `wanted` until it is written. */
  label: 'none' | 'wanted' | 'written' | 'skipped';
}

/** A contribution that was received, before anything is known of it. */
export interface Incoming {
  id: string;
  /** Where it lies, for messages. */
  file: string;
  /** Null for a record that cannot be read, and why. */
  contribution: Contribution | null;
  problem: string | null;
  received: Received | null;
  /** `YYYYMMDD` in the town's zone; null if it does not say. */
  day: string | null;
}

export async function readRecord(root: string, id: string): Promise<ContributionRecord | null> {
  return readJson<ContributionRecord>(fileOf(root, id));
}

export function writeRecord(root: string, record: ContributionRecord): Promise<void> {
  return writeWhole(fileOf(root, record.id), record);
}

/** All records, in the order of their ids. */
export async function readRecords(root: string): Promise<ContributionRecord[]> {
  const names = await readdir(join(root, 'records')).catch(() => []);
  const ids = names.filter((name) => name.endsWith('.json') && !name.startsWith('.')).sort();
  const all = await Promise.all(ids.map((name) => readJson<ContributionRecord>(join(root, 'records', name))));
  return all.filter((record) => record !== null);
}

/** What is known of a contribution: its record, or a pending one where there is none or the text is another. */
export function standing(incoming: Incoming, known: ContributionRecord | null): ContributionRecord {
  const content = contentOf(incoming);
  if (known !== null && known.content === content) return known;
  const issue = incoming.received?.issue;
  return {
    id: incoming.id,
    state: 'pending',
    content,
    contribution: incoming.contribution,
    judgement: null,
    error: null,
    execution_time_ms: null,
    timestamp: null,
    task_id: '',
    date: '',
    github:
      incoming.received && issue
        ? { repository: incoming.received.repository, number: issue.number, url: issue.html_url, user: issue.user?.login ?? null }
        : null,
    label: 'none',
  };
}

function contentOf({ contribution, problem }: Incoming): string {
  const { title, category, constat_factuel, idees_ameliorations } = contribution ?? {};
  const text = JSON.stringify([title, category, constat_factuel, idees_ameliorations, problem]);
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

function fileOf(root: string, id: string): string {
  return join(root, 'records', `${encodeURIComponent(id)}.json`);
}
