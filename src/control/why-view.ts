/** The answer to "why": the one thing that holds a task or chain, and what would unblock it. */

/**
 * What holds it. A closed set, in the order in which they are looked at.
 * - `no_such_task`: neither the files nor the server know it
 * - `no_slot`: its schedule has no slot for this date
 * - `not_scheduled`: nothing starts it by itself, and nobody has
 * - `not_synced`: its files have a schedule, the server has none of ours
 * - `forgotten`: so long ago that the server does not keep what became of it
 * - `paused`: its schedule, or it has left the files
 * - `not_due`: its slot lies ahead; of a one-shot, its instant
 * - `misfired`, `coalesced`, `overlapped`: the slot was left out, on record
 * - `waiting_for_slot`: its slot waits for an earlier one
 * - `starting`: it fell due a moment ago
 * - `no_shell`: its slot fell due, and nothing was started
 * - `shell_failed`: the slot's shell ended without a run
 * - `waiting_for_upstream`: for the tasks before it
 * - `waiting_for_turn`: as many run as may, in its chain or in its backfill
 * - `held`: by an operator
 * - `locked`: its lock is held, or Redis cannot be asked
 * - `retrying`: between two attempts
 * - `waiting_for_work`, `postponed`: the task asked to be tried again later
 * - `waiting_for_past`: for the same task of the slot before
 * - `no_worker`: nobody polls its queue
 * - `not_here`: no worker has the task
 * - `queued`: workers poll; none has taken it yet
 * - `running`
 * - `skipped_by_operator`, `skipped_by_rule`, `skipped`, `succeeded`, `failed`, `cancelled`: how it ended
 * - `not_in_run`: its chain ran without it
 */
export const WHY_CAUSES = [
  'no_such_task',
  'no_slot',
  'not_scheduled',
  'not_synced',
  'forgotten',
  'paused',
  'not_due',
  'misfired',
  'coalesced',
  'overlapped',
  'waiting_for_slot',
  'starting',
  'no_shell',
  'shell_failed',
  'waiting_for_upstream',
  'waiting_for_turn',
  'held',
  'locked',
  'retrying',
  'waiting_for_work',
  'postponed',
  'waiting_for_past',
  'no_worker',
  'not_here',
  'queued',
  'running',
  'skipped_by_operator',
  'skipped_by_rule',
  'skipped',
  'succeeded',
  'failed',
  'cancelled',
  'not_in_run',
] as const;
export type WhyCause = (typeof WHY_CAUSES)[number];

export interface WhyDetail {
  label: string;
  text: string;
}

/** What would unblock it: in words, and as a whole command line. */
export interface WhyCommand {
  text: string;
  command: string;
}

export interface WhyView {
  /** Of a task, or of a chain. */
  task: string;
  /** `YYYYMMDD`; of a one-shot the local date of its instant. */
  date: string;
  runKey: string;
  /** The zone of all times in the sentence and the details. */
  timezone: string;
  /** Workflow ID of the run the answer speaks of; null where there is none. */
  run: string | null;
  /** The chain the answer is for, where the task stands in one; null for a chain and for a task by itself. */
  chain: string | null;
  cause: WhyCause;
  /** The sentence people read, the same everywhere: what it is, and whose move it is. */
  sentence: string;
  details: WhyDetail[];
  commands: WhyCommand[];
  /** ISO instant of the look. */
  at: string;
}

/** What is asked about: a task or chain, and a date (`YYYYMMDD`) or a run key. */
export interface WhyWish {
  task: string;
  date?: string;
  runKey?: string;
  /** For a task of several chains; default: the one whose run is open, else the newest. */
  chain?: string;
}

/** The part of the answer that is decided; the rest says about what. */
export type WhyAnswer = Pick<WhyView, 'cause' | 'sentence' | 'details' | 'commands'>;
