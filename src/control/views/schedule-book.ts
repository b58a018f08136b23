/**
 * All schedules of a project by one list. What the list leaves out (rules, since when) is described once and kept for as
 * long as the list says the same of the schedule.
 */
import type { Client, ScheduleSummary } from '@temporalio/client';
import { MEMO } from '../../plan/names.js';
import type { Registry } from '../../registry/index.js';
import { eachOf } from '../each-of.js';
import { describeNamespace } from '../namespace.js';
import { readSchedule, type ExistingSchedule } from '../schedule-record.js';
import type { Server } from '../server.js';

export interface BookedSchedules {
  /** The project's, and those of others that stand under ids of the project's files. */
  byId: ReadonlyMap<string, ExistingSchedule>;
  /** Days closed runs are kept. */
  retentionDays: number;
}

interface Book {
  schedules: Map<string, { listed: string; at: number; existing: ExistingSchedule | null }>;
  retention: { days: number; at: number } | null;
}

const books = new WeakMap<Client, Book>();

/** A schedule edited there and back looks the same in the list; so the oldest description is renewed now and then, one a look. */
const RENEW_AFTER_MS = 10 * 60_000;
const PAGE = 1_000;

/** `now` in epoch milliseconds. One request, and one more for every schedule that is new or was changed. */
export async function bookSchedules(server: Server, registry: Registry, now: number): Promise<BookedSchedules> {
  const book = bookOf(server.client);
  const [listed, retentionDays] = await Promise.all([list(server, registry), retentionOf(server, book, now)]);
  for (const id of book.schedules.keys()) if (!listed.has(id)) book.schedules.delete(id);
  const unknown = [...listed].filter(([id, summary]) => book.schedules.get(id)?.listed !== textOf(summary));
  const [oldest] = [...book.schedules].filter(([, { at }]) => at < now - RENEW_AFTER_MS).sort(([, a], [, b]) => a.at - b.at);
  const looked = new Set([...unknown.map(([id]) => id), ...(oldest && unknown.length === 0 ? [oldest[0]] : [])]);
  await eachOf([...looked], async (id) => {
    const existing = await readSchedule(server.client, id);
    book.schedules.set(id, { listed: textOf(listed.get(id)!), at: now, existing });
  });
  const byId = new Map<string, ExistingSchedule>();
  for (const id of listed.keys()) {
    const existing = book.schedules.get(id)?.existing;
    if (existing) byId.set(id, existing);
  }
  return { byId, retentionDays };
}

async function list({ client }: Server, registry: Registry): Promise<Map<string, ScheduleSummary>> {
  const wanted = new Set(registry.schedules().map(({ id }) => id));
  const found = new Map<string, ScheduleSummary>();
  for await (const summary of client.schedule.list({ pageSize: PAGE })) {
    const { scheduleId, memo } = summary;
    if (memo?.[MEMO.project] === registry.project.name || wanted.has(scheduleId)) found.set(scheduleId, summary);
  }
  return found;
}

async function retentionOf(server: Server, book: Book, now: number): Promise<number> {
  if (book.retention === null || book.retention.at < now - RENEW_AFTER_MS) {
    const { retentionDays } = await describeNamespace(server.client, server.namespace);
    book.retention = { days: retentionDays, at: now };
  }
  return book.retention.days;
}

/** All that an edit, a pause or a resumption changes. Times that come and go by themselves are no part of it. */
function textOf({ spec, state, memo }: ScheduleSummary): string {
  return JSON.stringify([spec, state, memo?.[MEMO.project]]);
}

function bookOf(client: Client): Book {
  let book = books.get(client);
  if (!book) books.set(client, (book = { schedules: new Map(), retention: null }));
  return book;
}
