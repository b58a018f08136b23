/** What is next: the coming slots of all chains on one time line. Times are ISO instants in UTC. */
import type { ScheduleCondition } from '../next.js';

export interface NextWish {
  /** Ids of chains and of tasks with their own schedule; none or absent: all. */
  chains?: readonly string[];
  /** How far ahead, in hours: 1 to 168. Default 24. */
  hours?: number;
}

export interface NextView {
  project: string;
  timezone: string;
  /** ISO instants: now, and the end of the line. */
  from: string;
  to: string;
  /** One line per chain and per task with its own schedule, by id. */
  lines: NextLine[];
  /** Soonest first, at most 200; `oneShotsInAll` counts all. */
  oneShots: NextOneShot[];
  oneShotsInAll: number;
  /** Clock changes within the line, per zone of its chains. */
  clockChanges: NextClockChange[];
  /** Backfills under way or held, newest first, at most 50. */
  backfills: NextBackfill[];
}

export interface NextLine {
  /** Of the chain, or of the task with its own schedule. */
  id: string;
  kind: 'chain' | 'task';
  summary: string | null;
  timezone: string;
  sentence: string;
  state: ScheduleCondition;
  /** Who paused it, until when and why; null if it is not paused, or somebody else wrote the note. */
  pause: { by: string; at: string; until: string | null; reason: string | null } | null;
  /** The note of its schedule as it stands there. */
  note: string | null;
  /** Median duration of its last successes, milliseconds: the length of a slot's bar; null if unknown. */
  usualMs: number | null;
  deadline: string | null;
  /** Soonest first, at most 100; empty where it is folded. Slots within a pause have `starts: false`. */
  slots: NextSlot[];
  /** Slots in the line in all, also those not listed; those within a pause too. */
  slotsInAll: number;
  /** Where there are over 100 slots: in words, `every minute, 1,440 slots`. Null: all stand in `slots`. */
  folded: string | null;
  /** Of a folded line: how many slots begin in each of 48 equal stretches of the line. Null if it is not folded. */
  density: number[] | null;
}

export interface NextSlot {
  runKey: string;
  /** `YYYYMMDD`. */
  date: string;
  scheduledFor: string;
  /** False: it lies within a pause, and will not start. */
  starts: boolean;
}

export interface NextOneShot {
  id: string;
  kind: 'task' | 'chain';
  target: string;
  /** The zone of its target's dates. */
  timezone: string;
  at: string;
  state: 'waiting' | 'held' | 'due' | 'running';
  /** Workflow ID of the run it starts. */
  run: string;
  by: string;
  reason: string | null;
  usualMs: number | null;
}

export interface NextClockChange {
  timezone: string;
  at: string;
  /** Minutes by which the wall clock jumps: 60 forward in spring, -60 back in autumn. */
  minutes: number;
  /** `Europe/Paris: 02:00 becomes 03:00`. */
  text: string;
}

export interface NextBackfill {
  workflowId: string;
  /** Of the chain or task. */
  id: string;
  total: number;
  left: number | null;
  held: boolean;
  /** When it ends at its present rate; null if it is not known. */
  endsAbout: string | null;
}
