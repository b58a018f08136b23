/** A project as it was found on disk: what it has, what is wrong with it, and what its chains compile to. */
import type { z } from 'zod';
import type { Schedule } from '../define/schedule-types.js';
import type { RetryableDefinition } from '../define/retryable-types.js';
import type { ProjectSettings, TaskDefinition } from '../define/types.js';
import type { CallSpec } from '../plan/calls.js';
import type {
  ChainPlan,
  JsonObject,
  ResolvedChainInput,
  ResolvedTaskInput,
  RunChainInput,
  RunTaskInput,
  ScheduledChainInput,
  SlotPolicy,
  TaskSpec,
} from '../plan/types.js';
import type { CompiledSchedule, KeyedBy } from '../time/schedule.js';
import type { Placement } from './chains.js';
import type { NoticeSetting } from './notices.js';
import { checkOverrides } from './overrides.js';
import type { Problem } from './problems.js';
import type { ProjectEntry } from './project.js';
import { settingsObject, type SettingEntry } from './setting-values.js';
import type { Settings } from './settings.js';
import { resolveChain, resolveSlot, resolveTask, type Refused } from './resolve.js';

interface EntryBase {
  id: string;
  /** Relative to the project's folder; a command's is its chain's. */
  file: string;
  spec: TaskSpec;
  summary: string | null;
  tags: string[];
  /** Names of the settings it cannot do without. */
  needs: string[];
  /** Why its runs are skipped here: settings it needs are not set. */
  disabledBecause?: string;
}

/** A task that is a file of its own. */
export interface BodyTask extends EntryBase {
  kind: 'body';
  definition: TaskDefinition<z.ZodType, unknown>;
  brokenBecause?: undefined;
}
/** A program named in a chain. */
export interface CommandTask extends EntryBase {
  kind: 'command';
  /** Program and arguments, placeholders unfilled. Only ever taken from here, never from a workflow's input. */
  command: readonly [string, ...string[]];
  brokenBecause?: undefined;
}
/** A task whose file did not load or has problems: it cannot run, and says why. */
export interface BrokenTask extends EntryBase {
  kind: 'body';
  definition?: undefined;
  brokenBecause: string;
}
export type TaskEntry = BodyTask | CommandTask | BrokenTask;

export interface RetryableEntry {
  id: string;
  file: string;
  summary: string | null;
  tags: string[];
  /** As its calls are tried again. */
  spec: CallSpec;
  /** Absent where it cannot run; then `brokenBecause` says why. */
  definition?: RetryableDefinition<z.ZodType, unknown>;
  brokenBecause?: string;
}

export interface ChainEntry {
  id: string;
  file: string;
  summary: string | null;
  tags: string[];
  /** Zone of its dates and schedule. */
  timezone: string;
  schedule: Schedule | null;
  compiled: CompiledSchedule | null;
  keyedBy: KeyedBy;
  policy: SlotPolicy;
  /** When a slot that has not succeeded is late. */
  late: SlotPolicy['deadline'];
  /** Null: the project's. */
  notices: NoticeSetting[] | null;
  concurrency: number;
  /** Its tasks as written, in the author's order. Empty for a broken chain. */
  placements: ReadonlyMap<string, Placement>;
  /** Why it cannot run; such a chain has no plan. */
  brokenBecause?: string;
}

/** A schedule that the server should have. */
export interface WantedSchedule {
  /** Of a chain, or of a task that carries its own schedule. */
  id: string;
  kind: 'chain' | 'task';
  schedule: Schedule;
  timezone: string;
  compiled: CompiledSchedule;
  /** `every day at 06:00, Europe/Paris` */
  sentence: string;
  policy: SlotPolicy;
  tags: string[];
}

export interface TaskTiming {
  timezone: string;
  schedule: Schedule | null;
  compiled: CompiledSchedule | null;
  policy: SlotPolicy;
  late: SlotPolicy['deadline'];
  notices: NoticeSetting[] | null;
  dependsOnPast: boolean;
}

export interface RegistryParts {
  project: ProjectEntry;
  problems: readonly Problem[];
  settings: readonly SettingEntry[];
  tasks: ReadonlyMap<string, TaskEntry>;
  taskTimings: ReadonlyMap<string, TaskTiming>;
  chains: ReadonlyMap<string, ChainEntry>;
  plans: ReadonlyMap<string, ChainPlan>;
  retryables: ReadonlyMap<string, RetryableEntry>;
  /** The project's, for tasks and retryables that do not say otherwise. */
  defaults: Settings;
}

export class Registry {
  readonly project: ProjectEntry;
  /** Everything wrong, in the order of the files. `sync` changes nothing unless this is empty. */
  readonly problems: readonly Problem[];
  /** The project's own settings, with their values where it was loaded. */
  readonly settings: readonly SettingEntry[];
  /** Ids of tasks, chains and retryables that cannot run, with the reason. */
  readonly broken: ReadonlyMap<string, string>;

  constructor(private readonly parts: RegistryParts) {
    this.project = parts.project;
    this.problems = parts.problems;
    this.settings = parts.settings;
    this.broken = new Map(
      [...parts.tasks.values(), ...parts.chains.values(), ...parts.retryables.values()].flatMap(({ id, brokenBecause }) =>
        brokenBecause === undefined ? [] : [[id, brokenBecause] as const],
      ),
    );
  }

  /** What `ctx.settings` and the openers of clients see. */
  settingValues(): ProjectSettings {
    return settingsObject(this.settings);
  }

  /** Every task that has a file or is a command of a chain, broken ones included, sorted. */
  taskIds(): string[] {
    return [...this.parts.tasks.keys()].sort();
  }

  /** Every chain that has a file, broken ones included, sorted. */
  chainIds(): string[] {
    return [...this.parts.chains.keys()].sort();
  }

  task(id: string): TaskEntry | undefined {
    return this.parts.tasks.get(id);
  }

  chain(id: string): ChainEntry | undefined {
    return this.parts.chains.get(id);
  }

  /** Every retryable that has a file, broken ones included, sorted. */
  retryableIds(): string[] {
    return [...this.parts.retryables.keys()].sort();
  }

  retryable(id: string): RetryableEntry | undefined {
    return this.parts.retryables.get(id);
  }

  /** What holds for a retryable that does not say otherwise. */
  get defaults(): Settings {
    return this.parts.defaults;
  }

  /** The task's own schedule and zone; absent for commands and broken tasks. */
  timingOf(task: string): TaskTiming | undefined {
    return this.parts.taskTimings.get(task);
  }

  /** Who is told of the ends of a chain, or of a task with a schedule of its own: as it says, else as the project does. */
  noticesOf(id: string): readonly NoticeSetting[] {
    const timing = this.parts.taskTimings.get(id);
    const own = this.parts.chains.get(id) ?? (timing?.schedule ? timing : undefined);
    return own === undefined ? [] : (own.notices ?? this.project.notices);
  }

  /** Ids of the chains a task stands in, sorted. */
  chainsOf(task: string): string[] {
    return this.chainIds().filter((chain) => this.parts.chains.get(chain)!.placements.has(task));
  }

  /** Ids of the tasks it depends on, over all chains. */
  parentsOf(task: string): string[] {
    const parents = this.chainsOf(task).flatMap((chain) => this.parts.chains.get(chain)!.placements.get(task)!.dependsOn);
    return [...new Set(parents)];
  }

  /**
   * The plan of a chain, with params of single tasks replaced where asked for.
   * @throws RangeError in words, if the chain is unknown or broken or the params do not fit
   */
  plan(chain: string, overrides: { params?: Record<string, JsonObject> } = {}): ChainPlan {
    const plan = this.parts.plans.get(chain);
    if (!plan) {
      const why = this.parts.chains.get(chain)?.brokenBecause;
      throw new RangeError(why === undefined ? `there is no chain "${chain}"` : `chain "${chain}" cannot run: ${why}`);
    }
    return checkOverrides(this, plan, overrides.params ?? {});
  }

  /** Fills in what a runTask input leaves out. `now` (epoch milliseconds) stands in for a date that is not given. */
  resolveTask(input: RunTaskInput, now?: number): ResolvedTaskInput | Refused {
    return resolveTask(this, input, now);
  }

  /** Fills in what a runChain input leaves out. */
  resolveChain(input: RunChainInput, now?: number): ResolvedChainInput | Refused {
    return resolveChain(this, input, now);
  }

  /** The run that a slot stands for: a chain's, or a task's that carries its own schedule. */
  resolveSlot(input: ScheduledChainInput & { slot: string }): ResolvedChainInput | ResolvedTaskInput | Refused {
    return resolveSlot(this, input);
  }

  /** The schedules the server should have, sorted by id; broken definitions have none. */
  schedules(): WantedSchedule[] {
    const wanted: WantedSchedule[] = [];
    for (const { id, brokenBecause, tags, ...timing } of this.parts.chains.values()) {
      if (brokenBecause === undefined) wanted.push(...wantedOf('chain', id, tags, timing));
    }
    for (const [id, timing] of this.parts.taskTimings) wanted.push(...wantedOf('task', id, this.task(id)?.tags ?? [], timing));
    return wanted.sort((a, b) => (a.id < b.id ? -1 : 1));
  }
}

function wantedOf(
  kind: 'chain' | 'task',
  id: string,
  tags: string[],
  timing: Pick<TaskTiming, 'timezone' | 'schedule' | 'compiled' | 'policy'>,
): WantedSchedule[] {
  const { schedule, compiled, timezone, policy } = timing;
  return schedule && compiled ? [{ id, kind, schedule, timezone, compiled, sentence: compiled.sentence, policy, tags }] : [];
}
