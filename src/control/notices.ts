/** What was told lately: as the notify workflows left it in their memos. */
import { parseNoticeId } from '../plan/ids.js';
import { MEMO, WORKFLOWS } from '../plan/names.js';
import type { Delivered, NotifyResult } from '../plan/notices.js';
import { quoted } from '../plan/query.js';
import type { Server } from './server.js';

export interface RecentNotice extends Delivered {
  /** ISO instant at which the notice began to be told. */
  at: string;
  /** Workflow ID of the run it tells of. */
  run: string;
}

export interface RecentNotices {
  /** Newest first. */
  recent: RecentNotice[];
  /** Number of older ones that were read and left out. */
  leftOut: number;
}

/** Notify workflows that are read at most; most of them had nothing to tell. */
const MOST_READ = 500;

/** The newest notices, newest first. About a second behind. */
export async function readRecentNotices({ client, taskQueue }: Server, most: number): Promise<RecentNotices> {
  const query = `TaskQueue = ${quoted(taskQueue)} AND WorkflowType = ${quoted(WORKFLOWS.notify)}`;
  const recent: RecentNotice[] = [];
  let read = 0;
  for await (const found of client.workflow.list({ query, pageSize: 100 })) {
    if (++read > MOST_READ) break;
    const result = found.memo?.[MEMO.result] as NotifyResult | undefined;
    const run = parseNoticeId(found.workflowId) ?? found.workflowId;
    const at = (found.closeTime ?? found.startTime).toISOString();
    for (const told of result?.told ?? []) recent.push({ ...told, at, run });
  }
  recent.sort((a, b) => (a.at < b.at ? 1 : -1));
  return { recent: recent.slice(0, most), leftOut: Math.max(0, recent.length - most) };
}
