/** One run in full. Times are ISO instants in UTC. */
import type { ItemsView } from '../items.js';
import type { AttemptError, Hold, JsonObject, Kind, Phase, Status, TaskOutcome, UpstreamResult } from '../../plan/types.js';
import type { PendingAttempt } from '../describe-run.js';
import type { HolderState } from '../locks.js';
import type { RunEndName } from '../run-summary.js';
import type { CellState } from './cell.js';

export interface FullRun {
  workflowId: string;
  runId: string;
  kind: 'task' | 'chain';
  /** Of the task or chain. */
  id: string;
  summary: string | null;
  runKey: string;
  /** `YYYYMMDD`. */
  date: string;
  timezone: string;
  scheduledFor: string | null;
  /** The chain that started it; null for a chain, and for a task run by hand. */
  chain: string | null;
  state: CellState;
  status: Status;
  resultKind: Kind | null;
  phase: Phase | null;
  /** One sentence: what it waits for, or how it ended. */
  sentence: string;
  /** How the execution was closed; null while it is open. */
  end: RunEndName | null;
  /** It began after its deadline. */
  late: boolean;
  /** Whether it uses its run key up; null while it is open. */
  settled: boolean | null;
  started: string;
  closed: string | null;
  /** The owner's name in the lock; null of a chain, and while it is not known. */
  taskId: string | null;
  /** Attempts of the body begun so far, and how many it may take; null of a chain. */
  attempt: number | null;
  maximumAttempts: number | null;
  /** The last five failed attempts, oldest first. */
  attemptErrors: AttemptError[];
  /** The attempt under way, or the pause before the next; null if there is none. */
  pending: PendingAttempt | null;
  /** Items, from the last heartbeat. */
  progress: ItemsView | null;
  /** Errors of single items and warnings; at most 200 of each, `itemErrorsInAll` and `warningsInAll` say how many there are. */
  itemErrors: string[];
  itemErrorsInAll: number;
  warnings: string[];
  warningsInAll: number;
  /** What it was started with: a task's params; of a chain those given for single tasks. */
  params: Sized<JsonObject> | null;
  /** What its parents gave it; null of a chain, and where it reads them itself. */
  upstream: Sized<Record<string, UpstreamResult>> | null;
  /** What it gave. */
  output: Sized<JsonObject> | null;
  /** Outcomes of a chain's tasks; null of a task, and while it is open. */
  tasks: Record<string, TaskOutcome> | null;
  /** The lock of its task and date; null of a chain, and of a task without lock. */
  lock: RunLock | null;
  held: Hold | null;
  /** What people ordered, oldest first. */
  orders: RunOrder[];
  /** Workflow ID of the backfill that started it. */
  backfill: string | null;
  /** Other executions of this workflow ID, newest first, at most 20; `executionsInAll` counts this one too. */
  earlier: EarlierExecution[];
  executionsInAll: number;
  /** Its history in the Temporal Web UI, where its address is known. */
  temporalUi: string | null;
  /** What can be done with it, as command lines. */
  commands: RunCommand[];
  /** What could not be read, in words; null if all is there. */
  incomplete: string | null;
}

/** A value as far as it is shown. */
export interface Sized<T> {
  /** Its size as JSON, bytes. */
  bytes: number;
  /** Null if it is over 64 KiB: then `head` has its beginning. */
  value: T | null;
  /** The first 2,000 characters of the JSON of a value that is not shown whole. */
  head: string | null;
}

export interface RunLock {
  /** `lock:task:20260203`, with the project's prefix. */
  key: string;
  /** `free`: nobody holds it. `unreachable`: Redis gives no answer; `text` says more. `ours`: this very run. */
  state: 'free' | 'ours' | 'unreachable' | HolderState;
  /** The value as it stands there; null if nobody holds it, or it is not known. */
  holder: string | null;
  /** Milliseconds left; null for a lock that never runs out, and if it is not known. */
  ttlMs: number | null;
  text: string;
}

export interface RunOrder {
  what: 'skip' | 'hold' | 'release' | 'retryNow' | 'cancel' | 'terminate' | 'rerun' | 'force' | 'backfill' | 'start';
  by: string | null;
  at: string;
  reason: string | null;
  /** The task meant, of an order given to a chain. */
  task: string | null;
}

export interface EarlierExecution {
  runId: string;
  status: Status;
  end: RunEndName | null;
  started: string;
  closed: string | null;
}

export interface RunCommand {
  /** The verb: `rerun`, `cancel`, `skip`, `hold`, `release`, `retry`, `unlock`, `show`, `why`, `logs`. */
  verb: string;
  /** The whole line. */
  line: string;
  /** What it does, a few words. */
  text: string;
}
