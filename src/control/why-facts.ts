/** What an answer to "why" is decided from: all that was found, nothing judged. */
import type { ChainProgress, RunWhen, TaskOutcome, WaitSpec } from '../plan/types.js';
import type { Slot } from '../time/slots.js';
import type { RunView } from './describe-run.js';
import type { LockView } from './locks.js';
import type { OneShotView } from './one-shot-view.js';
import type { ShellView } from './shells.js';
import type { WorkerView } from './workers.js';

export interface WhyFacts extends Subject {
  /** What it is by the files; null where they do not have it. */
  kind: 'task' | 'chain' | null;
  /** The likely typo, where nothing is known of it. */
  near: string | null;
  /** Its own run of this key. */
  run: TaskRunFacts | null;
  /** Of a chain: its own run of this key. Of a task of chains: the chain's that was chosen. */
  chainRun: ChainRunFacts | null;
  /** Runs of open tasks of the chain, by task: those that may be what it waits for. */
  openTasks: ReadonlyMap<string, TaskRunFacts>;
  /** Where no run says more: what became of the slot. */
  slot: SlotFacts | null;
  oneShot: OneShotView | null;
}

/** What the answer speaks of, and when. */
export interface Subject {
  id: string;
  date: string;
  runKey: string;
  timezone: string;
  /** Epoch milliseconds. */
  now: number;
  /** Of a task: the chain chosen among those it stands in. */
  chain: string | null;
  taskQueue: string;
  workers: readonly WorkerView[];
}

export interface TaskRunFacts {
  run: RunView;
  /** Attempts of the body in all, by the run's own input; null where it is not known. */
  attempts: number | null;
  /** Of an open run, where its task has waits of its own. */
  waits?: WaitSpec;
  lock: LockFacts;
}

/** `none`: the task takes no lock, or was not looked at because nothing depends on it. */
export type LockFacts = { is: 'none' } | { is: 'read'; lock: LockView | null } | { is: 'unreadable'; problem: string };

export interface ChainRunFacts {
  run: RunView;
  /** As the run has it; null where nothing says it. */
  plan: WhyPlan | null;
  /** Each task's state: from the run itself, or from its result. Null where no worker answers. */
  tasks: ReadonlyMap<string, TaskLine> | null;
}

export type TaskLine = Pick<TaskOutcome, 'status' | 'kind' | 'reason'> & Pick<ChainProgress['tasks'][string], 'phase'>;

export interface WhyPlan {
  concurrency: number;
  tasks: readonly { id: string; dependsOn: readonly string[]; runWhen: RunWhen }[];
}

export interface SlotFacts {
  /** Of the chain, or of the task with a schedule of its own. */
  schedule: string;
  /** `by_hand`: nothing has one. `missing`: the files have one, the server none. `foreign`: another project's. */
  state: 'by_hand' | 'missing' | 'foreign' | 'active' | 'paused';
  /** The project that owns a foreign one; null for nobody. */
  owner: string | null;
  sentence: string | null;
  note: string | null;
  /** The slot of the date; null where the schedule has none for it. */
  slot: Slot | null;
  /** Whether the schedule was there when it fell due. */
  expected: boolean;
  /** ISO instant since which there is a schedule; null where there is none. */
  since: string | null;
  /** ISO instant before which nothing is kept. */
  horizon: string;
  /** Other slots of the date. */
  others: number;
  shell: (ShellView & { waits: boolean; decided: boolean }) | null;
  /** The slot that an open shell waits for; null where it waits for none or that is not known. */
  waitsFor: string | null;
}
