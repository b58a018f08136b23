/** The chain of one run key: its graph, laid out, and its timeline. Times are ISO instants in UTC. */
import type { ItemsView } from '../items.js';
import type { AttemptError, Kind, Phase, RunWhen, Status } from '../../plan/types.js';
import type { CellState } from './cell.js';

export interface DateView {
  chain: string;
  summary: string | null;
  runKey: string;
  /** Local date it is for, `YYYYMMDD`. */
  date: string;
  /** IANA zone of the axis. */
  timezone: string;
  /** The slot; null where neither run nor schedule names one. */
  scheduledFor: string | null;
  /** ISO instant at which it was read, by our clock: open bars reach up to here. */
  at: string;
  /** Workflow ID and run ID of the chain's newest run; null if it has none. */
  run: { workflowId: string; runId: string } | null;
  state: CellState;
  status: Status | null;
  kind: Kind | null;
  /** Why it ended so, or why there is no run, in words. */
  reason: string | null;
  started: string | null;
  finished: string | null;
  /** Median duration of its last successes, milliseconds; null if unknown. */
  usualMs: number | null;
  /** ISO instant by which it has to be done; null if it has none, or began after it. */
  deadline: string | null;
  /** Who holds the chain; null if nobody does. */
  held: { by: string; reason: string | null; until: string } | null;
  /** What to type next; null if there is nothing to do. */
  command: string | null;
  /** Where the plan comes from: `run`: what the run was started with; `files`: today's files, for there is no run. */
  planFrom: 'run' | 'files';
  /** In words, where today's files have another plan than the run: a new start would use today's. Null if they agree. */
  planNote: string | null;
  graph: DateGraph;
  timeline: Timeline;
  /** What could not be read within bounds, in words: nothing is left out silently. Null if all is there. */
  incomplete: string | null;
}

/** Lengths in CSS pixels at a font of 14 px. All of it lies between 0 and `width`, 0 and `height`; left to right. */
export interface DateGraph {
  width: number;
  height: number;
  /** In the plan's order: each after its parents. */
  nodes: DateNode[];
  edges: DateEdge[];
}

export interface DateEdge {
  /** Ids of tasks. */
  from: string;
  to: string;
  /** At least two, from border to border. */
  points: { x: number; y: number }[];
}

export interface DateNode {
  /** Upper left corner. */
  x: number;
  y: number;
  width: number;
  height: number;
  /** 0 for tasks without parents. */
  rank: number;
  /** Id of the task. */
  task: string;
  summary: string | null;
  dependsOn: string[];
  runWhen: RunWhen;
  /** Workflow ID of its run; null where it has none (yet). */
  run: string | null;
  state: CellState;
  kind: Kind | null;
  phase: Phase | null;
  /** One sentence: what it waits for and whose move it is, or how it ended. */
  sentence: string;
  /** Attempts of the body begun so far; 0 if none. */
  attempt: number;
  /** Attempts it may take in all. */
  maximumAttempts: number;
  /** Items, from the last heartbeat (up to 8 s old). */
  progress: ItemsView | null;
  started: string | null;
  finished: string | null;
  /** When the next attempt begins, of one that is retrying. */
  nextAttemptAt: string | null;
  /** Median duration of its last successes in this chain, milliseconds; null if unknown. */
  usualMs: number | null;
  /** Of one attempt, milliseconds. */
  timeoutMs: number;
  lastError: AttemptError | null;
  /** An earlier or other run of the same run key did the work. */
  satisfied: boolean;
  /** Numbers of item errors and warnings: a success with either is amber. */
  errors: number;
  warnings: number;
}

export interface Timeline {
  /** ISO instants: the axis reaches from the first to the last of all bars, slot and deadline included. */
  from: string;
  to: string;
  /** In the plan's order; tasks that never began have no segments. */
  bars: TimelineBar[];
}

export interface TimelineBar {
  task: string;
  state: CellState;
  /** ISO instants; both null if it never began, `to` null while it is open. */
  from: string | null;
  to: string | null;
  /** In order, without overlaps; between them nothing is known. Empty where the history was not read (`incomplete`). */
  segments: TimelineSegment[];
}

export interface TimelineSegment {
  /**
   * `queued`: for a worker. `waiting_for_lock`, `waiting`: in the run itself, for the lock or for something else (work,
   * another run, a hold). `attempt`: the body. `backoff`: between two attempts.
   */
  kind: 'queued' | 'waiting_for_lock' | 'waiting' | 'attempt' | 'backoff';
  from: string;
  /** Null while it lasts. */
  to: string | null;
  /** Number of the attempt, from 1; of an attempt, and of the back-off after it. */
  attempt: number | null;
  /** Whether the attempt failed; null of one that is open, and of other segments. */
  failed: boolean | null;
  /** The attempt's error, what is waited for. */
  text: string | null;
}
