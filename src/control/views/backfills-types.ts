/** Backfills with their progress, page by page. Times are ISO instants in UTC. */
import type { BackfillFailure, BackfillRequest } from '../../plan/backfill.js';
import type { Hold, Status } from '../../plan/types.js';
import type { RunEndName } from '../run-summary.js';

export interface BackfillsWish {
  /** Of one chain or task; absent: all. */
  id?: string;
  /** At most so many on a page, 1 to 100. Default 20. */
  limit?: number;
  /** The `next` of the page before; absent: the first page. */
  page?: string;
}

export interface BackfillsView {
  /** Open ones first, then newest first. Each stands on exactly one page. */
  backfills: BackfillLine[];
  /** `page` of the next page; null on the last. */
  next: string | null;
}

export interface BackfillLine {
  workflowId: string;
  runId: string;
  /** Null for one that was started by hand. */
  request: BackfillRequest | null;
  status: Status;
  end: RunEndName | null;
  started: string;
  closed: string | null;
  total: number;
  done: number;
  /** Somebody else's run was there first, and succeeded. */
  already: number;
  failed: number;
  cancelled: number;
  /** Runs that have not ended; null where no worker answers. */
  left: number | null;
  /** Runs under way and runs that wait their turn; null of a closed one, and where no worker answers. */
  working: number | null;
  waiting: number | null;
  perMinute: number | null;
  /** Milliseconds it still takes at that rate; null if it is not known. */
  timeLeftMs: number | null;
  held: Hold | null;
  /** The first ten that failed. */
  failures: BackfillFailure[];
  /** Why it ended so; null if it is open, or ended by itself. */
  endReason: string | null;
  /** What to type to run what is missing or failed; null while it is open, if nothing is, and where it was started by hand. */
  command: string | null;
}
