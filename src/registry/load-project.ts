/** Reads a project's folder: imports its files, checks them all, and compiles what is right. */
import { resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { findCycle } from '../plan/graph.js';
import { idProblem } from '../plan/ids.js';
import { CALL_DEFAULTS } from '../plan/calls.js';
import type { ChainPlan, SlotPolicy, TaskSpec } from '../plan/types.js';
import { readChain } from './chains.js';
import { checkSize, compilePlan } from './compile.js';
import { checkNeeds, type DeclaredSettings } from './declared-settings.js';
import { definitionIn, type DefinitionKind } from './definition.js';
import { findFiles, noteMissingProject, type ProjectFile, type ProjectFiles } from './files.js';
import { loadFiles, type Loaded } from './load.js';
import { checkPlacements, type LoadedChain } from './placements.js';
import { problemText, type Note, type Problem } from './problems.js';
import { readProject } from './project.js';
import { proposedId } from './proposed-id.js';
import { Registry, type ChainEntry, type RetryableEntry, type TaskEntry, type TaskTiming } from './registry.js';
import { readSettingValues, whyDisabled, type Environment, type SettingEntry } from './setting-values.js';
import { specOf, type Settings } from './settings.js';
import { checkFileName, readRetryable, type RetryableFile } from './retryables.js';
import { readTask, type TaskFile } from './tasks.js';
import { checkWaits, waitSpec, zoneOf } from './waits.js';

/** Of a chain that did not load: nobody judges its slots. */
const UNKNOWN_POLICY: SlotPolicy = { catchUp: 'none', startWithinMs: null, overlap: 'queue', deadline: null };

/**
 * Loads a project. Never throws for what is in its files: every problem of every file is in `registry.problems`,
 * and what is right can be used. Called again, it sees files as they are then.
 * @param dir the project's folder, relative to the current one or absolute
 * @param environment where the project's own settings are read from. Default: empty
 */
export async function loadProject(dir: string, environment: Environment = {}): Promise<Registry> {
  const folder = resolve(dir);
  const files = await findFiles(folder);
  return assembleProject(folder, environment, files, await loadAll(folder, files));
}

/** Loads only the project's configuration: who it is, its settings and clients. It has no tasks then, and no chains. */
export async function loadConfiguration(dir: string, environment: Environment = {}): Promise<Registry> {
  const folder = resolve(dir);
  const files = { ...(await findFiles(folder)), tasks: [], chains: [], retryables: [], unread: [] };
  return assembleProject(folder, environment, files, await loadAll(folder, files));
}

async function loadAll(folder: string, { config, tasks, chains, retryables }: ProjectFiles): Promise<Loaded[]> {
  return await loadFiles(folder, [...config.slice(0, 1), ...tasks, ...chains, ...retryables]);
}

/** Makes a project of files that are loaded already, or stand for some. Throws for nothing that is in them. */
export async function assembleProject(
  dir: string,
  environment: Environment,
  files: ProjectFiles,
  loaded: readonly Loaded[],
): Promise<Registry> {
  return new ProjectLoad(dir, environment).run(files, loaded);
}

class ProjectLoad {
  private readonly problems: Problem[] = [];
  private defaults: Settings = {};
  private settings: SettingEntry[] = [];

  constructor(
    private readonly dir: string,
    private readonly environment: Environment,
  ) {}

  async run(files: ProjectFiles, loaded: readonly Loaded[]): Promise<Registry> {
    await noteMissingProject(this.dir, files, this.noteIn('.'));
    for (const { file, reason } of files.unread) this.noteIn(file)('not read', file, `${reason}.`);
    const byFile = new Map(loaded.map((one) => [one.file.file, one]));

    const { project, defaults } = this.readConfig(files, byFile);
    this.defaults = defaults;
    this.settings = readSettingValues(project.settings, this.environment);
    this.checkIds(files);
    const taskFiles = this.readTasks(files, byFile, project.timezone);
    const chains = this.readChains(files, byFile, project.timezone);
    const retryables = this.readRetryables(files, byFile);
    if (this.reason(files.config[0]?.file) === undefined) this.checkNeeds(project.settings, files, taskFiles, chains);
    const ids = new Map(files.tasks.map(({ id, file }) => [id, file]));
    const params = checkPlacements(chains, taskFiles, ids);

    const bySlot = tasksBySlotOnly(chains);
    const spec = (task: string, successKeys: boolean, zone: string): TaskSpec => ({
      ...this.specOf(task, taskFiles, chains, successKeys),
      ...waitSpec(taskFiles.get(task)?.waits, zone),
    });
    const plans = new Map<string, ChainPlan>();
    for (const { id, file, note, chain } of chains) {
      if (
        hasCycle(chain) ||
        [...chain.placements.values()].some(({ dependsOn }) => dependsOn.some((one) => !chain.placements.has(one)))
      )
        continue;
      const successKeys = chain.compiled?.keyedBy !== 'slot';
      const taskOf = (task: string) => ({
        spec: spec(task, successKeys, chain.timezone),
        dependsOnPast: taskFiles.get(task)?.dependsOnPast ?? false,
      });
      for (const task of chain.placements.keys()) checkWaits(note, `tasks.${task}: `, taskFiles.get(task)?.waits, chain.compiled);
      const plan = compilePlan(id, chain, taskOf, params.get(id) ?? {});
      checkSize(note, plan);
      if (this.reason(file) === undefined) plans.set(id, plan);
    }
    this.sortProblems(files);
    return new Registry({
      project: { ...project, ...broken(this.reason(files.config[0]?.file)) },
      problems: this.problems,
      settings: this.settings,
      tasks: this.taskEntries(files, taskFiles, chains, (task) =>
        spec(task, !bySlot.has(task), zoneOf(task, taskFiles, chains) ?? project.timezone),
      ),
      taskTimings: this.timings(files, taskFiles),
      chains: this.chainEntries(files, chains),
      plans,
      retryables: this.retryableEntries(files, retryables),
      defaults,
    });
  }

  private readConfig(files: ProjectFiles, byFile: ReadonlyMap<string, Loaded>) {
    const [config, ...more] = files.config;
    const note = this.noteIn(config?.file ?? 'daychain.config');
    for (const { file } of more)
      this.noteIn(file)('file', file, `there are two configurations; the other is ${config!.file}. Delete one.`);
    return readProject(note, this.dir, (config && this.definition(byFile.get(config.file), 'project')) ?? {});
  }

  private readTasks(files: ProjectFiles, byFile: ReadonlyMap<string, Loaded>, zone: string): Map<string, TaskFile> {
    const tasks = new Map<string, TaskFile>();
    for (const { id, file } of files.tasks) {
      const definition = this.definition(byFile.get(file), 'task');
      if (definition) tasks.set(id, readTask(this.noteIn(file), definition, zone));
    }
    return tasks;
  }

  private readChains(files: ProjectFiles, byFile: ReadonlyMap<string, Loaded>, zone: string): LoadedChain[] {
    const taskIds = new Set(files.tasks.map(({ id }) => id));
    const chains: LoadedChain[] = [];
    for (const { id, file } of files.chains) {
      const definition = this.definition(byFile.get(file), 'chain');
      const note = this.noteIn(file);
      if (definition) chains.push({ id, file, note, chain: readChain(note, definition, zone, taskIds) });
    }
    return chains;
  }

  private readRetryables(files: ProjectFiles, byFile: ReadonlyMap<string, Loaded>): Map<string, RetryableFile> {
    const retryables = new Map<string, RetryableFile>();
    for (const { id, file } of files.retryables) {
      const definition = this.definition(byFile.get(file), 'retryable');
      if (definition === null) continue;
      checkFileName(this.noteIn(file), definition.name, id);
      retryables.set(id, readRetryable(this.noteIn(file), definition, this.defaults));
    }
    return retryables;
  }

  private checkNeeds(
    declared: DeclaredSettings,
    files: ProjectFiles,
    tasks: ReadonlyMap<string, TaskFile>,
    chains: readonly LoadedChain[],
  ): void {
    for (const { id, file } of files.tasks) checkNeeds(this.noteIn(file), 'needs', tasks.get(id)?.needs ?? [], declared);
    for (const { note, chain } of chains) {
      for (const [id, { command }] of chain.placements) checkNeeds(note, `tasks.${id}.needs`, command?.needs ?? [], declared);
    }
  }

  private definition(loaded: Loaded | undefined, kind: DefinitionKind) {
    if (!loaded) return null;
    const note = this.noteIn(loaded.file.file);
    if (loaded.error === null) return definitionIn(note, loaded.exports, kind);
    note('did not load', undefined, loaded.error);
    return null;
  }

  /** Ids must be ids, and tasks, chains and retryables share one namespace. */
  private checkIds({ tasks, chains, retryables }: ProjectFiles): void {
    const first = new Map<string, ProjectFile>();
    for (const one of [...tasks, ...chains, ...retryables]) {
      const problem = idProblem(one.id);
      const suggestion = problem && proposedId(one.id);
      if (problem) this.noteIn(one.file)('file name', one.id, `${problem}. Helpers live in subfolders.`, suggestion);
      const other = first.get(one.id);
      if (!other) {
        first.set(one.id, one);
        continue;
      }
      for (const [file, taken] of [
        [one, other],
        [other, one],
      ] as const) {
        this.noteIn(file.file)(
          'file name',
          one.id,
          `${taken.file} has the same id, "${one.id}"; tasks, chains and retryables share one set of ids. Rename one.`,
        );
      }
    }
  }

  private specOf(
    task: string,
    files: ReadonlyMap<string, TaskFile>,
    chains: readonly LoadedChain[],
    successKeys: boolean,
  ): TaskSpec {
    const known = files.get(task) ?? commandOf(task, chains);
    const isolate = files.get(task)?.isolate;
    return specOf(known?.settings ?? {}, this.defaults, {
      summary: known?.summary ?? null,
      tags: known?.tags ?? [],
      successKeys,
      ...(isolate && { isolate }),
    });
  }

  private taskEntries(
    files: ProjectFiles,
    tasks: ReadonlyMap<string, TaskFile>,
    chains: readonly LoadedChain[],
    spec: (task: string) => TaskSpec,
  ): Map<string, TaskEntry> {
    const entries = new Map<string, TaskEntry>();
    for (const { id, file } of files.tasks) {
      const known = tasks.get(id);
      const { summary = null, tags = [], needs = [] } = known ?? {};
      const base = { id, file, kind: 'body' as const, spec: spec(id), summary, tags, ...this.needing(needs) };
      const brokenBecause = this.reason(file);
      if (known && brokenBecause === undefined) entries.set(id, { ...base, definition: known.definition });
      else entries.set(id, { ...base, brokenBecause: brokenBecause ?? 'it did not load' });
    }
    for (const { file, chain } of chains) {
      if (this.reason(file) !== undefined) continue;
      for (const [id, { command }] of chain.placements) {
        if (!command || entries.has(id)) continue;
        const { argv, summary, tags, needs } = command;
        entries.set(id, { id, file, kind: 'command', command: argv, spec: spec(id), summary, tags, ...this.needing(needs) });
      }
    }
    return entries;
  }

  private needing(needs: string[]): { needs: string[]; disabledBecause?: string } {
    const disabledBecause = whyDisabled(needs, this.settings);
    return { needs, ...(disabledBecause === undefined ? {} : { disabledBecause }) };
  }

  private timings(files: ProjectFiles, tasks: ReadonlyMap<string, TaskFile>): Map<string, TaskTiming> {
    const right = files.tasks.filter(({ id, file }) => tasks.has(id) && this.reason(file) === undefined);
    return new Map(
      right.map(({ id }) => {
        const { timezone, schedule, compiled, policy, late, notices, dependsOnPast } = tasks.get(id)!;
        return [id, { timezone, schedule, compiled, policy, late, notices, dependsOnPast }];
      }),
    );
  }

  private chainEntries(files: ProjectFiles, chains: readonly LoadedChain[]): Map<string, ChainEntry> {
    const entries = new Map<string, ChainEntry>();
    for (const { id, file } of files.chains) {
      const chain = chains.find((one) => one.file === file)?.chain;
      const reason = broken(this.reason(file));
      const shape = chain ?? {
        summary: null,
        tags: [],
        timezone: 'UTC',
        schedule: null,
        compiled: null,
        policy: UNKNOWN_POLICY,
        late: null,
        notices: null,
        concurrency: 0,
        placements: new Map(),
      };
      const placements = reason.brokenBecause === undefined ? shape.placements : new Map();
      entries.set(id, { ...shape, id, file, keyedBy: shape.compiled?.keyedBy ?? 'date', placements, ...reason });
    }
    return entries;
  }

  private retryableEntries(files: ProjectFiles, known: ReadonlyMap<string, RetryableFile>): Map<string, RetryableEntry> {
    const entries = files.retryables.map(({ id, file }): [string, RetryableEntry] => {
      const { summary = null, tags = [], spec = CALL_DEFAULTS, definition } = known.get(id) ?? {};
      const base = { id, file, summary, tags, spec };
      const brokenBecause = this.reason(file);
      if (definition !== undefined && brokenBecause === undefined) return [id, { ...base, definition }];
      return [id, { ...base, brokenBecause: brokenBecause ?? 'it did not load' }];
    });
    return new Map(entries);
  }

  private noteIn(file: string): Note {
    return (field, value, message, suggestion) => {
      const problem: Problem = { file, field, value, message, ...(suggestion && { suggestion }) };
      if (!this.problems.some((one) => isDeepStrictEqual(one, problem))) this.problems.push(problem);
    };
  }

  /** The first problem of a file, as the reason why what is in it cannot run. */
  private reason(file: string | undefined): string | undefined {
    const problem = this.problems.find((one) => one.file === file);
    return problem && `${problem.field}: ${problemText(problem)}`;
  }

  private sortProblems({ config, tasks, chains, retryables }: ProjectFiles): void {
    const order = ['.', ...[...config, ...chains, ...tasks, ...retryables].map(({ file }) => file)];
    const place = (file: string) => (order.includes(file) ? order.indexOf(file) : order.length);
    this.problems.sort((a, b) => place(a.file) - place(b.file));
  }
}

function broken(reason: string | undefined): { brokenBecause?: string } {
  return reason === undefined ? {} : { brokenBecause: reason };
}

function commandOf(task: string, chains: readonly LoadedChain[]) {
  for (const { chain } of chains) {
    const command = chain.placements.get(task)?.command;
    if (command) return command;
  }
  return undefined;
}

function hasCycle({ placements }: LoadedChain['chain']): boolean {
  return findCycle(new Map([...placements].map(([id, { dependsOn }]) => [id, dependsOn]))) !== null;
}

/** Tasks that stand only in chains keyed by slot: they run many times a date, so a date's success key says nothing of them. */
function tasksBySlotOnly(chains: readonly LoadedChain[]): Set<string> {
  const bySlot = new Set<string>();
  const byDate = new Set<string>();
  for (const { chain } of chains) {
    for (const id of chain.placements.keys()) (chain.compiled?.keyedBy === 'slot' ? bySlot : byDate).add(id);
  }
  return new Set([...bySlot].filter((id) => !byDate.has(id)));
}
