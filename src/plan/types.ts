/**
 * The data every part of daychain agrees on: plans, workflow inputs, results.
 * All of it is plain JSON, because all of it travels through workflow history.
 */
import type { Noticed } from './notices.js';

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

/** When a task runs, judged by the outcomes of its parents. The table stands in rules.ts. */
export const RUN_WHEN = [
  'all_success',
  'none_failed',
  'none_skipped',
  'one_success',
  'all_done',
  'one_failed',
  'all_failed',
] as const;
export type RunWhen = (typeof RUN_WHEN)[number];

export type Status = 'pending' | 'success' | 'skipped' | 'failed' | 'cancelled';

/** Why a run was skipped. */
export type SkipKind =
  | 'no_work'
  | 'condition_not_met'
  | 'skipped_by_operator'
  | 'skipped_by_task'
  | 'already_completed'
  | 'lock_held'
  | 'upstream_failed'
  | 'upstream_skipped'
  | 'rule_not_met'
  | 'misfired'
  | 'coalesced'
  | 'overlapped';

/** Why a run failed. `error` means its own text: the reason holds the message. */
export type FailKind =
  | 'error'
  | 'deadline'
  | 'timed_out'
  | 'terminated'
  | 'unknown_task'
  | 'hold_expired'
  | 'output_too_large'
  | 'past_not_done'
  | 'id_taken';

export type Kind = SkipKind | FailKind;

/** What an open run is doing. */
export type Phase =
  | 'queued'
  | 'waiting_for_upstream'
  | 'waiting_for_lock'
  | 'waiting_for_worker'
  | 'waiting_for_run'
  | 'waiting_for_work'
  | 'postponed'
  | 'held'
  | 'running'
  | 'retrying';

/** One failed attempt of a task's body. */
export interface AttemptError {
  /** 1 for the first attempt. */
  attempt: number;
  /** ISO instant at which the attempt ended. */
  at: string;
  /** The message, at most 1,024 characters. */
  message: string;
}

/** What a task's run ends with: the legacy dictionary, made strict. The task's own output stands at the top level too. */
export interface TaskResult {
  task: string;
  date: string;
  run_key: string;
  /** The slot, an ISO instant in UTC. */
  scheduled_for: string;
  /** Eight random hex characters, one per run: the owner's name in the lock. */
  task_id: string;
  status: Status;
  kind: Kind | null;
  /** The task's or the operator's own text, or the error's message. */
  reason: string | null;
  /** Whether this run consumes its run key. */
  settled: boolean;
  /** Errors of single items; the task as a whole may have succeeded. */
  errors: string[];
  warnings: string[];
  /** The last five failed attempts. They never colour a success. */
  attempt_errors: AttemptError[];
  /** Attempts of the body, counted from 1; 0 if it never began. */
  attempts: number;
  started: string | null;
  finished: string | null;
  /** By whom, for what a person decided: skipped_by_operator, cancelled, forced. */
  by: string | null;
  /** It began after its deadline, and so had none. */
  late?: true;
  output: JsonObject;
  [counter: string]: Json | AttemptError[] | undefined;
}

/** One task's line in a chain's result. Outputs stay with the task's own run. */
export interface TaskOutcome {
  status: Status;
  kind: Kind | null;
  reason: string | null;
  settled: boolean;
  /** Workflow ID of the run, null where the chain decided without one. */
  run: string | null;
  /** True if an earlier or other run of the same run key did the work. */
  satisfied: boolean;
  attempts: number;
  started: string | null;
  finished: string | null;
  /** Number of item errors and of warnings: a success with either is shown amber. */
  errors: number;
  warnings: number;
}

export interface ChainResult {
  chain: string;
  date: string;
  run_key: string;
  scheduled_for: string;
  status: Status;
  kind: Kind | null;
  reason: string | null;
  tasks: Record<string, TaskOutcome>;
  /** How many tasks ended in each status. */
  counts: Record<Status, number>;
  /** It began after its deadline, as a catch-up, a backfill or a rerun does, and so had none. */
  late?: true;
}

/** What the shell of a slot ends with that is not run. */
export interface SlotResult {
  /** Id of the chain, or of the task with a schedule of its own. */
  chain: string;
  /** The slot, an ISO instant in UTC. */
  slot: string;
  date: string;
  run_key: string;
  status: 'skipped';
  kind: 'misfired' | 'coalesced' | 'overlapped';
  reason: string;
}

/** What a task may know of one parent. */
export interface UpstreamResult {
  status: Status;
  kind: Kind | null;
  reason: string | null;
  output: JsonObject;
}
export type Upstream = Record<string, UpstreamResult>;

/** Lock of a task. `false` means none. Times in milliseconds. */
export type LockSpec = { by: 'date' | 'run'; waitMs: number } | false;

/** A process of its own for a task's body. */
export interface IsolateSpec {
  /** Most its heap may grow to, in megabytes; null for Node's own limit. */
  memoryMb: number | null;
}

/** How one task is run: all that the workflow needs, none of its code. */
export interface TaskSpec {
  /** One attempt's longest duration. */
  timeoutMs: number;
  /** A worker silent for this long has lost the attempt. */
  heartbeatMs: number;
  /** Attempts of the body in all, at least 1. */
  maximumAttempts: number;
  /** Pause before the second attempt. */
  retryDelayMs: number;
  /** Factor by which each further pause grows; 1 keeps it. */
  retryBackoff: number;
  retryMaximumDelayMs: number;
  lock: LockSpec;
  /** False for tasks keyed by slot, which run many times a day: they neither read nor write success keys. */
  successKeys: boolean;
  summary: string | null;
  tags: string[];
  /** Its body runs in a process of its own. Absent: in the worker's. */
  isolate?: IsolateSpec;
  /** What its run waits for by itself. Absent: neither for a condition nor for work. */
  waits?: WaitSpec;
}

/** A time of day on a slot's date, or so many days later. */
export interface LocalTime {
  /** `HH:MM` */
  time: string;
  days: number;
}

/** A task's own waits: for its condition before it begins, for its first work after it has begun. */
export interface WaitSpec {
  /** Zone of the times of day: the chain's, or that of the task's own schedule. */
  timezone: string;
  /** It has a condition. `until`: how long that may postpone it; null for a day. */
  condition?: { until: LocalTime | null };
  /** Looks again after it found no work. */
  recheck?: { everyMs: number; until: LocalTime };
}

export interface PlanTask {
  id: string;
  dependsOn: string[];
  runWhen: RunWhen;
  /** Waits until the same task is settled for the latest earlier slot. Absent means no. */
  dependsOnPast?: true;
  params: JsonObject;
  spec: TaskSpec;
}

/** Which of the slots that fell due while nobody was there are still run; counted in run keys, newest first. */
export type CatchUp = 'all' | 'latest' | 'none' | { last: number };

/** What a slot does while an earlier one's run is open. */
export const OVERLAPS = ['queue', 'skip', 'cancel', 'allow'] as const;
export type Overlap = (typeof OVERLAPS)[number];

/** How late, missed and overlapping slots are treated. Times in milliseconds. */
export interface SlotPolicy {
  catchUp: CatchUp;
  /** A slot later than this is misfired; null for no such limit. */
  startWithinMs: number | null;
  overlap: Overlap;
  /** Wall clock in the chain's zone by which a run has ended: `HH:MM` on the slot's date, `days` later. */
  deadline: { time: string; days: number } | null;
  /** Closed runs of a schedule keyed by slot are kept so long; absent means 30 days. Keyed by date: as long as the server keeps them. */
  keepMs?: number;
}

/** The compiled, checked, plain-JSON form of a chain. Tasks stand in an order in which each comes after its parents. */
export interface ChainPlan {
  chain: string;
  /** Hash of the plan: tells whether two runs used the same files. */
  version: string;
  timezone: string;
  /** Tasks that may be open at once. */
  concurrency: number;
  tasks: PlanTask[];
}

/** Who asked, and why. */
export interface Asked {
  by: string;
  reason: string | null;
}
export interface Hold extends Asked {
  /** Epoch milliseconds at which the hold expires. */
  until: number;
}

/** Input of the runTask workflow. `{task, date}` is enough; the registry fills in the rest. */
export interface RunTaskInput {
  task: string;
  /** `YYYYMMDD`; `YYYY-MM-DD` is accepted. */
  date?: string;
  runKey?: string;
  /** ISO instant; the date's first instant in the project's zone when absent. */
  scheduledFor?: string;
  params?: JsonObject;
  spec?: TaskSpec;
  /** Results of the parents, put there by the chain. */
  upstream?: Upstream;
  chain?: string;
  backfill?: boolean;
  /**
   * ISO instant, with the zone's offset, at which what is unfinished is cancelled and fails with `deadline`.
   * Passed before the start: the run is late, and goes on.
   */
  deadline?: string;
  /** Id of the schedule whose earlier slots count: waits until the task is settled for the latest of them. */
  dependsOnPast?: string;
  /** Ends of the run are told, as its notices say. Absent: it has none. */
  notices?: Noticed;
  /** Epoch milliseconds of a start by daychain itself; see workflows/canonical.ts. */
  mark?: number;
  /** Ends the run as skipped_by_operator. */
  skip?: Asked;
  /** Starts the run held. */
  hold?: Hold;
  /** Repeats a settled task. */
  force?: Asked;
}

/** A runTask input with nothing missing. */
export type ResolvedTaskInput = RunTaskInput &
  Required<Pick<RunTaskInput, 'date' | 'runKey' | 'scheduledFor' | 'params' | 'spec'>>;

/** Which tasks of a chain a rerun repeats. */
export interface Rerun extends Asked {
  mode: 'unsuccessful' | 'from' | 'only' | 'all' | 'skipped' | 'chosen';
  /** For `from` and `only`. */
  task?: string;
  /** For `chosen`: these run unless they have succeeded, or `again` even so; the rest stays as it is. */
  tasks?: string[];
  again?: boolean;
}

/** Input of the runChain workflow. `{chain, date}` is enough. */
export interface RunChainInput {
  chain: string;
  date?: string;
  runKey?: string;
  scheduledFor?: string;
  plan?: ChainPlan;
  /** Params of single tasks that replace those of the plan. */
  params?: Record<string, JsonObject>;
  backfill?: boolean;
  /** As in RunTaskInput. */
  deadline?: string;
  notices?: Noticed;
  mark?: number;
  /** Ends every task that is not settled as skipped_by_operator, and so the chain. */
  skip?: Asked;
  hold?: Hold;
  rerun?: Rerun;
}

export type ResolvedChainInput = RunChainInput & Required<Pick<RunChainInput, 'date' | 'runKey' | 'scheduledFor' | 'plan'>>;

/** Input of the scheduledChain workflow: the action of a Temporal Schedule. */
export interface ScheduledChainInput {
  /** Id of a chain, or of a task that carries its own schedule. */
  chain: string;
  /** The slot, when there is no TemporalScheduledStartTime to read it from. ISO instant. */
  slot?: string;
  /** The schedule as the author wrote it and its zone: the slot is looked up in it. */
  rule?: ScheduleRule;
  /** Rules that held before this one, newest first: what was due under them is looked up there. */
  earlier?: EndedRule[];
  /** How long closed runs of its slots are kept, where that is not 30 days. */
  keep?: Keep;
  /** Somebody asked for this slot: it runs however late it is. `inOrder`: after those before it. */
  asked?: Asked & { inOrder?: boolean };
}

/** How long closed runs of a schedule keyed by slot are kept before the clean-up deletes them. */
export interface Keep {
  /** Milliseconds. */
  ms: number;
  /** ISO instant: what closed before it was deleted by a shorter keep. */
  from?: string;
}

/** What became of the closed runs of one schedule. */
export interface CleanedRuns {
  /** Of a chain, or of a task that carries its own schedule. */
  id: string;
  keepDays: number;
  /** Runs of the chain and its tasks, and shells of its slots, that were deleted; or would be. */
  runs: number;
  shells: number;
  /** There are more than one pass deletes: the next one goes on. */
  more: boolean;
  /** Why the server does not delete them; null if it does. */
  refused: string | null;
}

/** Input of the oneShot workflow: a task or a chain, once, at an instant. */
export interface OneShotInput {
  id: string;
  /** ISO instant. One that has passed is due at once. */
  at: string;
  /** Exactly one of task and chain. */
  task?: string;
  chain?: string;
  /** As in RunTaskInput; of a chain as in RunChainInput. Checked again, by the files of then, when it is due. */
  params?: JsonObject;
  by?: string;
  reason?: string | null;
  /** Repeats the run even if it has completed. */
  force?: Asked;
}

/** What a one-shot leaves in its memo, so that lists need no history. */
export interface OneShotMemo extends Asked {
  id: string;
  at: string;
  kind: 'task' | 'chain';
  target: string;
  params: JsonObject | null;
}

/** A schedule as its author wrote it, with its zone. */
export interface ScheduleRule {
  schedule: Json;
  timezone: string;
  /** ISO instant from which it held. Absent: since the schedule was made. */
  since?: string;
}
export interface EndedRule extends ScheduleRule {
  /** ISO instant up to which it held. */
  until: string;
}

/** Input of the resumeLater workflow: the end of a schedule's pause. */
export interface ResumeLaterInput {
  schedule: string;
  /** ISO instant. */
  until: string;
  /** What the pause says of itself: another one is left alone. */
  note: string;
  /** Run what fell due meanwhile. */
  catchUp: boolean;
}

/** Argument of the skip, hold and release handlers (signals and updates). */
export interface Order {
  /** On a chain: the task meant; absent means the chain itself. */
  task?: string;
  by?: string;
  reason?: string;
  /** For hold: ISO instant at which it expires; 24 hours from now when absent. */
  until?: string;
  /** For release: only a hold by this one; somebody else's stays. */
  heldBy?: string;
}

/** Answer of the progress query. */
export interface TaskProgress {
  kind: 'task';
  task: string;
  date: string;
  run_key: string;
  phase: Phase | null;
  status: Status;
  detail: string | null;
  held: Hold | null;
}
export interface ChainProgress {
  kind: 'chain';
  chain: string;
  date: string;
  run_key: string;
  status: Status;
  held: Hold | null;
  tasks: Record<string, { status: Status; kind: Kind | null; phase: Phase | null; reason: string | null }>;
}

export interface OneShotProgress {
  kind: 'one_shot';
  id: string;
  at: string;
  /** Workflow ID of the run it starts. */
  run: string;
  phase: 'waiting_for_instant' | 'held' | 'running';
  detail: string;
  held: Hold | null;
}

/** What an activity needs to run a task's body once. */
export interface AttemptInput {
  task: string;
  date: string;
  runKey: string;
  scheduledFor: string;
  taskId: string;
  params: JsonObject;
  upstream: Upstream;
  backfill: boolean;
  chain: string | null;
  lock: LockSpec;
  timeoutMs: number;
  successKeys: boolean;
  force: Asked | null;
  /** Only where this activity may say "not yet": see AttemptWaits. */
  waits?: AttemptWaits;
  /** Attempts of the body used up by earlier activities of this run. */
  attemptsUsed: number;
  /** Executions of the activity so far, bodies or not: makes each lock value of the run unique. */
  tries: number;
  checkpoint: Json;
  attemptErrors: AttemptError[];
  /** As in AttemptTrace. */
  items?: Record<string, Json>;
}

/**
 * Of an activity that looks again and again, by being tried again: for the server each look is an attempt, for the task none.
 * So it counts its attempts itself.
 */
export interface AttemptWaits extends WaitSpec {
  /** The condition is asked; the body is left to another activity. */
  asks: boolean;
  /** Epoch milliseconds at which the run first asked. */
  since: number;
  retry: Pick<TaskSpec, 'maximumAttempts' | 'retryDelayMs' | 'retryBackoff' | 'retryMaximumDelayMs'>;
}

/** What a look that found nothing fails with, for the server: the failure's type. */
export type LookedInVain = 'postponed' | 'waiting_for_work';

/** What comes back from it. Only failures of the body are thrown, because only they use an attempt up. */
export type AttemptOutput =
  | { outcome: 'done'; result: TaskResult }
  /** `unreachable`: the lock store gives no answer, so nobody can tell who holds it. */
  | { outcome: 'lock_held'; unreachable: boolean; detail: string; carry: Carry }
  /** Only of one that asks. */
  | { outcome: 'condition_met'; carry: Carry }
  | { outcome: 'handed_back'; detail: string; carry: Carry }
  | { outcome: 'not_here'; detail: string; carry: Carry };

/** What a failed attempt leaves behind: details of its failure, and of the heartbeat sent just before. */
export interface AttemptTrace {
  checkpoint: Json;
  attemptErrors: AttemptError[];
  /** Item errors and warnings of the attempt. */
  errors: string[];
  warnings: string[];
  /** Progress the task reported itself. */
  progress: Json;
  /** What each `ctx.forEach` has done, by its name. Absent where there was none. */
  items?: Record<string, Json>;
  /** Looks of this activity that found nothing: attempts for the server only. Absent: none. */
  looks?: number;
}

/** How far the items of a running task are. */
export interface ItemsProgress {
  /** Items done, failed ones included. */
  processed: number;
  /** Null if nobody knows how many there are. */
  of: number | null;
  failed: number;
  /** The key of one that is being worked on. */
  current: string | null;
  /** Items a minute, of late; null while it is too soon to tell. */
  perMinute: number | null;
}

/** An attempt that has not begun: it waits for a worker, or for the end of the pause after the one before. */
export interface WaitingAttempt {
  /** Its number within the activity, from 1. */
  attempt: number;
  /** What the attempts before it left; null if none did. */
  trace: AttemptTrace | null;
}

/** How a run that somebody started ended, as one who awaited it learns it. */
export type RunEnd =
  | { end: 'completed'; result: Json }
  /** `result` is what the failure carries, if it is one of ours. */
  | { end: 'failed'; type: string; message: string; result: Json }
  | { end: 'cancelled' | 'terminated' | 'timed_out'; message: string; result: Json };

/** What awaiting a run by its ID comes to. */
export type AwaitedRun =
  /** `closedAt`: epoch milliseconds by the server's clock. */
  | (RunEnd & { closedAt: number })
  | { end: 'absent' }
  /** The ID belongs to another project. */
  | { end: 'id_taken'; taskQueue: string }
  /** It runs or ran with other params than asked for. */
  | { end: 'other_params'; theirs: Json }
  /** It is still running, and was to be awaited only so long. */
  | { end: 'awaited_enough' };

/** A slot's shell, as others see it. */
export interface ShellRef {
  workflowId: string;
  runId: string;
  /** Its slot, an ISO instant. */
  slot: string;
}

/** What a shell does with its slot. */
export type SlotDecision =
  /** `byHand`: somebody asked for it, so nothing was judged. `lateMs`: beyond its time and its jitter. */
  | { is: 'go'; byHand: boolean; lateMs: number }
  | { is: 'skip'; kind: SlotResult['kind']; reason: string }
  /** For an earlier slot's shell to be decided or closed, or to have it closed; then this one is decided again. */
  | { is: 'wait'; earlier: ShellRef; until: 'decided' | 'closed' }
  | { is: 'cancel'; earlier: ShellRef };

/** What is asked about a slot. */
export interface SlotQuestion extends ScheduledChainInput {
  slot: string;
  /** Epoch milliseconds by the server's clock. */
  now: number;
  /** The shell that asks; `started` in epoch milliseconds. */
  shell: { workflowId: string; started: number };
  /** It has waited for an earlier slot already: what fell due meanwhile counts no more. */
  waited?: true;
}

/** The run a slot stands for, and what becomes of the slot. */
export interface DueSlot {
  run: ResolvedChainInput | ResolvedTaskInput;
  slot: { date: string; runKey: string; scheduledFor: string };
  decision: SlotDecision;
}

/** Which earlier slot of a task is looked for: `schedule` is the id of the schedule whose slots count. */
export interface PastQuestion {
  task: string;
  schedule: string;
  /** Of the run that asks. */
  runKey: string;
  scheduledFor: string;
}

/** What a look at the same task's earlier slot finds. `why`: `is running`, `failed`. */
export type Past = { settled: true } | { settled: false; run: string; why: string };

/** A look-up's answer: found, refused for good, or not known to this worker. */
export type Looked<T> = { found: T } | { problem: string } | { notHere: string };

/** What a look at a run's ID finds. */
export type PeekedRun = RunEnd | { end: 'absent' } | { end: 'open' };

/** What travels from one activity of a run to the next. */
export interface Carry {
  attemptsUsed: number;
  tries: number;
  checkpoint: Json;
  attemptErrors: AttemptError[];
  items?: Record<string, Json>;
}
