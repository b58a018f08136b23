/** What a worker has read of its project, as it tells `up`; and what two of these differ in. */
import { createHash } from 'node:crypto';
import { canonicalJson } from '../../control/canonical-json.js';
import type { Problem, Registry } from '../../registry/index.js';
import { namespaceOf, type Project } from '../session.js';

export interface DigestEntry {
  id: string;
  kind: 'chain' | 'task' | 'command';
  /** Relative to the project's folder; a command's is its chain's. */
  file: string;
  /** Differs where what it says in plans and schedules differs. */
  shape: string;
  runs: boolean;
}

export interface ProjectDigest {
  /** What only a start of `up` can change: name → value as it may be shown. */
  fixed: Record<string, string>;
  /** Why the configuration cannot be trusted. */
  configProblem: string | null;
  problems: Problem[];
  entries: DigestEntry[];
  /** Ids of what has a schedule. */
  schedules: string[];
  /** Absolute paths of the modules it was read from. */
  modules: string[];
}

export function digestOf(project: Project, modules: string[]): ProjectDigest {
  const { registry } = project;
  return {
    fixed: fixedOf(project),
    configProblem: registry.project.brokenBecause ?? null,
    // Values may be anything, functions too; the messages name them.
    problems: registry.problems.map((problem) => ({ ...problem, value: null })),
    entries: [
      ...registry.chainIds().map((id) => chainEntry(registry, id)),
      ...registry.taskIds().map((id) => taskEntry(registry, id)),
    ],
    schedules: registry.schedules().map(({ id }) => id),
    modules,
  };
}

export interface EntryChange {
  entry: DigestEntry;
  change: 'added' | 'changed' | 'removed';
}

/** What came, went or changed; `edited` are the files whose content differs, as chains and tasks name theirs. */
export function entryChanges(before: ProjectDigest, after: ProjectDigest, edited: ReadonlySet<string>): EntryChange[] {
  const old = new Map(before.entries.map((entry) => [entry.id, entry]));
  const now = new Set(after.entries.map(({ id }) => id));
  return [
    ...after.entries.flatMap((entry): EntryChange[] => {
      const was = old.get(entry.id);
      if (was === undefined) return [{ entry, change: 'added' }];
      // A command's file is its chain's: an edit there need not be its own.
      const isEdited = entry.kind !== 'command' && edited.has(entry.file);
      return isEdited || was.shape !== entry.shape || was.runs !== entry.runs ? [{ entry, change: 'changed' }] : [];
    }),
    ...before.entries.flatMap((entry): EntryChange[] => (now.has(entry.id) ? [] : [{ entry, change: 'removed' }])),
  ];
}

/** Ids that ran by the files before, are still there, and would not run by these. */
export function nowBroken(before: ProjectDigest, after: ProjectDigest): string[] {
  const ran = new Set(before.entries.filter(({ runs }) => runs).map(({ id }) => id));
  return after.entries.filter(({ id, runs }) => !runs && ran.has(id)).map(({ id }) => id);
}

export interface FixedChange {
  name: string;
  before: string;
  after: string;
}

/** What a running `up` cannot take up. */
export function fixedChanges(before: ProjectDigest, after: ProjectDigest): FixedChange[] {
  const names = [...new Set([...Object.keys(before.fixed), ...Object.keys(after.fixed)])];
  return names
    .map((name) => ({ name, before: before.fixed[name] ?? 'nothing', after: after.fixed[name] ?? 'nothing' }))
    .filter((change) => change.before !== change.after);
}

/** Servers, and what keeps this project's runs and locks apart from others'. */
function fixedOf(project: Project): Record<string, string> {
  const { name, taskQueue, lockPrefix } = project.registry.project;
  const servers = project.config.settings.filter((setting) => /^(?:TEMPORAL_|REDIS_|DAYCHAIN_HOME)/.test(setting.name));
  return {
    name,
    taskQueue,
    namespace: namespaceOf(project),
    'lock.prefix': lockPrefix === '' ? 'none' : lockPrefix,
    ...Object.fromEntries(servers.map((setting) => [setting.name, setting.value ?? 'not set'])),
  };
}

function chainEntry(registry: Registry, id: string): DigestEntry {
  const { file, brokenBecause, timezone, schedule, policy, keyedBy, summary, tags } = registry.chain(id)!;
  const runs = brokenBecause === undefined;
  const plan = runs ? registry.plan(id).version : null;
  return { id, kind: 'chain', file, shape: hashed({ plan, timezone, schedule, policy, keyedBy, summary, tags }), runs };
}

function taskEntry(registry: Registry, id: string): DigestEntry {
  const task = registry.task(id)!;
  const { file, spec, summary, tags } = task;
  const timing = registry.timingOf(id);
  const own = timing && { timezone: timing.timezone, schedule: timing.schedule, policy: timing.policy };
  const command = task.kind === 'command' ? task.command : null;
  return {
    id,
    kind: task.kind === 'command' ? 'command' : 'task',
    file,
    shape: hashed({ spec, summary, tags, command, own }),
    runs: task.brokenBecause === undefined,
  };
}

function hashed(value: unknown): string {
  return createHash('sha1')
    .update(canonicalJson(JSON.parse(JSON.stringify(value))))
    .digest('hex');
}
