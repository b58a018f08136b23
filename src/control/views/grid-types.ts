/** The grid: dates × tasks of each chain. Times are ISO instants in UTC; who shows them uses the chain's zone. */
import type { Kind, Phase } from '../../plan/types.js';
import type { ScheduleState } from '../status.js';
import type { WorkerView } from '../workers.js';
import type { CellState } from './cell.js';

export interface GridWish {
  /** Ids of chains and of tasks with a schedule of their own; none or absent: all of the project. */
  chains?: readonly string[];
  /** How many local dates, 1 to 400. Default 30. */
  days?: number;
  /**
   * Where the columns end: a date (`YYYYMMDD`, included), or the `older` of an earlier answer. Default: today in each
   * chain's zone.
   */
  until?: string;
}

export interface GridView {
  project: string;
  /** The project's IANA zone; each chain has its own besides. */
  timezone: string;
  /** ISO instant at which it was read, by our clock. */
  at: string;
  /** Workers seen polling lately. None: nothing runs. */
  workers: WorkerView[];
  /** Chains first, then tasks with a schedule of their own; each by id. */
  chains: GridChain[];
  /**
   * In words, if more runs lie in the range than are read at once (4,000): then older cells may be empty that are not. Ask
   * for fewer days or for one chain. Null: everything is there.
   */
  incomplete: string | null;
}

export interface GridChain {
  /** Of the chain, or of the task with a schedule of its own. */
  id: string;
  kind: 'chain' | 'task';
  /** Its author's one line, or null. */
  summary: string | null;
  /** IANA zone of its dates. */
  timezone: string;
  /** What its runs are unique by: then columns are dates, or slots. */
  keyedBy: 'date' | 'slot';
  schedule: GridSchedule;
  /** `07:30`, or `02:00 +1d`: wall clock in the zone, of the slot's date. Null for none. */
  deadline: string | null;
  /** Why it cannot run, by today's files; null if it can. */
  brokenBecause: string | null;
  /** Oldest first. */
  columns: GridColumn[];
  /** The chain itself first, then its tasks in the plan's order, then tasks that only older runs had. A task: one row. */
  rows: GridRow[];
  /** `until` of the page with the columns before these; null if no earlier date can have runs. */
  older: string | null;
}

export interface GridSchedule {
  /** `by_hand`: it has none; `missing`: its file has one, the server does not; `foreign`: another project's. */
  state: ScheduleState['state'];
  /** `every day at 06:00, Europe/Paris`; null if it has none. */
  sentence: string | null;
  /** As it stands on the server; null for none. */
  note: string | null;
  /** What the note says of a pause that daychain made. */
  pause: { by: string; at: string; until: string | null; reason: string | null } | null;
  /** The next slot, an ISO instant; null while paused, or if there is none. */
  next: string | null;
  /** Slots among the columns that fell due and have neither run nor shell. */
  missed: number;
  /** What to type to have them run; null if none is missed. */
  missedCommand: string | null;
  /** What to type about the schedule itself: paused → resume, missing → sync; null if it is as it should be. */
  command: string | null;
}

export interface GridColumn {
  /**
   * Unique in the chain: the run key. A date (`YYYYMMDD`) where runs are keyed by date, and where the slots of a date are
   * folded into one column; else the slot in UTC (`YYYYMMDDTHHMMSSZ`).
   */
  key: string;
  /** Local date the column is for, `YYYYMMDD`. */
  date: string;
  /** The slot, an ISO instant; null for a date without a slot (a run by hand), and for a folded column. */
  scheduledFor: string | null;
  /**
   * How many slots it stands for. Over 1: folded. A chain keyed by slot whose range holds over 48 slots has one column per
   * date, whose cells show the state that wants a look most and count the states; for the single slots ask for that date
   * alone (`days: 1, until: date`).
   */
  slots: number;
}

export interface GridRow {
  /** Of the chain or task. */
  id: string;
  kind: 'chain' | 'task';
  summary: string | null;
  /** False: today's files do not have the task in this chain. Its old cells stay. */
  inFiles: boolean;
  /** Median duration of its successes among the newest 20 of these columns, milliseconds; null if there is none. */
  usualMs: number | null;
  /** One for each column, in their order. */
  cells: GridCell[];
}

/** Fields that have nothing to say are absent. */
export interface GridCell {
  state: CellState;
  /** Of what was skipped, failed or left out. */
  kind?: Kind;
  /** What an open run is doing; where it was not asked, absent. */
  phase?: Phase;
  /** The task's, operator's or error's own text, at most 200 characters. */
  reason?: string;
  /** Workflow ID of the run. */
  run?: string;
  /** ISO instant at which the run, of a task its first attempt, began. */
  started?: string;
  /** Of a run that has ended, milliseconds. */
  durationMs?: number;
  /** Attempts of the body, where it took more than one. */
  attempts?: number;
  /** An earlier or other run of the same run key did the work. */
  satisfied?: true;
  /** Of a folded column: how many of its slots are in each state. `run` then is the one the cell shows. */
  counts?: Partial<Record<CellState, number>>;
}
