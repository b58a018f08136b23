/** The project of one chain that is tried: its definition, real tasks and stand-ins, checked as files of a project are. */
import { isAbsolute, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Chain } from '../define/types.js';
import {
  assembleProject,
  findFiles,
  type Loaded,
  loadFiles,
  nearest,
  problemText,
  type ProjectFile,
  type ProjectFiles,
  type Registry,
} from '../registry/index.js';
import { fakedCommand, type FakeTask, fakedTask, isTask, withoutIsolation, withoutNeeds } from './fakes.js';

export interface ChainParts {
  chain: Chain | string;
  /** Id of a chain that is given as an object. */
  id: string;
  tasks: Readonly<Record<string, FakeTask>>;
  project: string | URL | undefined;
  timezone: string | undefined;
  environment: Record<string, string>;
}

/** @throws RangeError in words, for what `check` would not let pass, and for tasks that are neither real nor stood in for */
export async function chainRegistry(parts: ChainParts): Promise<{ registry: Registry; id: string }> {
  const dir = folderOf(parts.project);
  const files = parts.project === undefined ? NO_FILES : await findFiles(dir);
  const id = typeof parts.chain === 'string' ? parts.chain : parts.id;
  const ownFile = typeof parts.chain === 'string' ? fileOf(files.chains, parts.chain, dir) : null;
  const loaded = new Map<string, Loaded>();
  for (const one of await loadFiles(dir, wantedFiles(files, ownFile, parts))) loaded.set(one.file.file, one);

  const definition = ownFile === null ? (parts.chain as Chain).definition : definitionOf(loaded.get(ownFile.file)!);
  const chosen = chooseTasks(parts, fields(fields(definition).tasks), files.tasks, loaded);
  const chainFile = ownFile ?? fileFor('chains', id, dir);
  const ownLoaded = ownFile === null ? null : loaded.get(ownFile.file)!;
  const chain: Loaded =
    ownLoaded?.exports === null || !isFields(definition)
      ? (ownLoaded ?? exporting(chainFile, parts.chain))
      : exporting(chainFile, { kind: 'chain', definition: { ...definition, tasks: chosen.placed } });
  const taskFiles = chosen.tasks.map(({ file }) => file);
  const config = files.config.slice(0, 1);
  const configs = config.length > 0 ? config.map(({ file }) => loaded.get(file)!) : [bareConfig(dir, parts.timezone)];

  const registry = await assembleProject(
    dir,
    parts.environment,
    { ...NO_FILES, config: configs.map(({ file }) => file), tasks: taskFiles, chains: [chainFile] },
    [...configs, ...chosen.tasks, chain],
  );
  if (registry.problems.length > 0) {
    const lines = registry.problems.map((problem) => `  ${problem.file}: ${problem.field}: ${problemText(problem)}`);
    throw new RangeError(`testChain: the chain cannot run:\n${lines.join('\n')}`);
  }
  return { registry, id };
}

const NO_FILES: ProjectFiles = { config: [], tasks: [], chains: [], retryables: [], unread: [], isProject: true };

/** What stands in for each task, and how the chain places it then. */
function chooseTasks(
  { tasks: fakes, project }: ChainParts,
  placements: Record<string, unknown>,
  files: readonly ProjectFile[],
  loaded: ReadonlyMap<string, Loaded>,
): { tasks: Loaded[]; placed: Record<string, unknown> } {
  const strangers = Object.keys(fakes).filter((id) => !(id in placements));
  for (const id of strangers) {
    const meant = nearest(id, Object.keys(placements));
    throw new RangeError(
      `testChain: tasks.${id}: the chain has no task "${id}"; it has ${Object.keys(placements).join(', ')}.${meant ? ` Did you mean ${meant}?` : ''}`,
    );
  }
  const tasks: Loaded[] = [];
  const placed: Record<string, unknown> = { ...placements };
  for (const [id, place] of Object.entries(placements)) {
    const fake = fakes[id];
    const file = files.find((one) => one.id === id);
    const command = fields(place).command;
    if (command !== undefined) {
      if (fake === 'real') continue;
      if (fake === undefined) throw new RangeError(commandText(id, command));
      const stood = fakedCommand(fields(place), fake);
      placed[id] = stood.placed;
      tasks.push(exporting(fileFor('tasks', id, ''), stood.task));
      continue;
    }
    const found = file && loaded.get(file.file);
    if ((fake === undefined || fake === 'real') && found === undefined) throw new RangeError(missingText(id, project, fake));
    if (found !== undefined && (fake === undefined || fake === 'real' || found.exports === null)) {
      tasks.push(inThisProcess(found));
      continue;
    }
    const real = isTask(found?.exports?.default) ? found.exports.default : null;
    const task = fakedTask(fake as Exclude<FakeTask, 'real'>, real);
    tasks.push(exporting(file ?? fileFor('tasks', id, ''), withoutIsolation(project === undefined ? withoutNeeds(task) : task)));
  }
  return { tasks, placed };
}

function commandText(id: string, command: unknown): string {
  const program = Array.isArray(command) ? command.join(' ') : String(command);
  return `testChain: ${id} is a program (${program}), which a test does not run unasked: give tasks.${id} a stand-in, or 'real' to run it.`;
}

function missingText(id: string, project: string | URL | undefined, fake: unknown): string {
  if (project === undefined && fake === undefined)
    return `testChain: there is nothing to run for ${id}: give tasks.${id} the task or a stand-in, or name the folder of its project as "project".`;
  if (project === undefined)
    return `testChain: tasks.${id} is 'real', and no project says where that is: name its folder as "project".`;
  return `testChain: ${folderOf(project)} has no task "${id}": give tasks.${id} a stand-in.`;
}

/** The configuration, the chain, and the tasks it may need: those that a task stands in for whole are not imported. */
function wantedFiles(files: ProjectFiles, chain: ProjectFile | null, { chain: given, tasks: fakes }: ChainParts): ProjectFile[] {
  const placed = typeof given === 'string' ? null : fields(given.definition?.tasks);
  const tasks = files.tasks.filter(({ id }) => (placed === null || id in placed) && !isTask(fakes[id]));
  return [...files.config.slice(0, 1), ...tasks, ...(chain ? [chain] : [])];
}

function fileOf(chains: readonly ProjectFile[], id: string, dir: string): ProjectFile {
  const found = chains.find((one) => one.id === id);
  if (found !== undefined) return found;
  const ids = chains.map((one) => one.id);
  const meant = nearest(id, ids);
  throw new RangeError(
    `testChain: ${dir} has no chain "${id}"; it has ${ids.join(', ') || 'none'}.${meant ? ` Did you mean ${meant}?` : ''} ` +
      'The folder of a project is named as "project".',
  );
}

function definitionOf({ exports }: Loaded): unknown {
  return fields(exports?.default).definition;
}

/** In a test a body runs in the test's own process: what it is stood in with is there. */
function inThisProcess(loaded: Loaded): Loaded {
  const task = loaded.exports?.default;
  return isTask(task) ? exporting(loaded.file, withoutIsolation(task)) : loaded;
}

function fileFor(folder: 'tasks' | 'chains', id: string, dir: string): ProjectFile {
  const file = `${folder}/${id}.ts`;
  return { id, file, path: resolve(dir, file) };
}

function exporting(file: ProjectFile, made: unknown): Loaded {
  return { file, exports: { default: made }, error: null };
}

function bareConfig(dir: string, timezone: string | undefined): Loaded {
  const file = 'daychain.config.ts';
  const definition = { name: 'test-chain', ...(timezone === undefined ? {} : { timezone }) };
  return exporting({ id: 'daychain.config', file, path: resolve(dir, file) }, { kind: 'project', definition });
}

function folderOf(project: string | URL | undefined): string {
  if (project === undefined) return process.cwd();
  const path = typeof project === 'string' && !project.startsWith('file:') ? project : fileURLToPath(project);
  return isAbsolute(path) ? path.replace(/(?<=.)[/\\]$/, '') : resolve(path);
}

function isFields(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function fields(value: unknown): Record<string, unknown> {
  return isFields(value) ? value : {};
}
