/** Checks a chain's file by itself: its shape and its graph. Whether its tasks fit it comes in placements.ts. */
import { RUN_WHEN, type RunWhen } from '../plan/types.js';
import { DEFAULT_CONCURRENCY, MAX_TASKS_PER_CHAIN } from '../plan/limits.js';
import { findCycle } from '../plan/graph.js';
import { idProblem } from '../plan/ids.js';
import { readCommand, type Command } from './commands.js';
import { at, checkKeys, isFields, readChoice, readNumber, readText, readTexts, readYesNo, type Fields } from './fields.js';
import { nearest, shown, type Note } from './problems.js';
import { readTiming, TIMING_KEYS, type Timing } from './schedule.js';
import { SETTING_KEYS } from './settings.js';

/** A task at its place in a chain. */
export interface Placement {
  dependsOn: string[];
  runWhen: RunWhen;
  /** Undefined: as the task's own file says. */
  dependsOnPast: boolean | undefined;
  /** As written; undefined if nothing was. */
  params: unknown;
  command: Command | null;
}

export interface ChainFile extends Timing {
  summary: string | null;
  tags: string[];
  concurrency: number;
  placements: Map<string, Placement>;
}

const KEYS = ['summary', 'tags', ...TIMING_KEYS, 'concurrency', 'tasks'];
const PLACE_KEYS = ['dependsOn', 'runWhen', 'dependsOnPast', 'params'];
const COMMAND_KEYS = ['command', 'dependsOn', 'runWhen', 'dependsOnPast', 'summary', 'tags', 'needs', ...SETTING_KEYS];
/** Cycles told at once; there may be very many in a tangled graph. */
const MOST_CYCLES = 10;

/** `projectTasks` are the ids of task files, loaded or not. */
export function readChain(note: Note, fields: Fields, projectZone: string, projectTasks: ReadonlySet<string>): ChainFile {
  checkKeys(note, '', fields, KEYS);
  const placements = readPlacements(note, fields.tasks);
  checkGraph(note, placements, projectTasks);
  return {
    summary: readText(note, 'summary', fields.summary) ?? null,
    tags: readTexts(note, 'tags', fields.tags) ?? [],
    concurrency:
      readNumber(note, 'concurrency', fields.concurrency, { least: 1, most: MAX_TASKS_PER_CHAIN, whole: true }) ??
      DEFAULT_CONCURRENCY,
    placements,
    ...readTiming(note, fields, projectZone),
  };
}

function readPlacements(note: Note, tasks: unknown): Map<string, Placement> {
  const placements = new Map<string, Placement>();
  if (!isFields(tasks)) {
    const came = tasks === undefined ? 'is missing' : `${shown(tasks)} stands where an object belongs`;
    note('tasks', tasks, `${came}: expected each task with those it depends on, like { task_a: [], task_b: ['task_a'] }.`);
    return placements;
  }
  const entries = Object.entries(tasks);
  if (entries.length === 0) note('tasks', tasks, 'is empty: a chain has at least one task.');
  if (entries.length > MAX_TASKS_PER_CHAIN) {
    const limit = MAX_TASKS_PER_CHAIN.toLocaleString('en');
    note(
      'tasks',
      entries.length,
      `has ${entries.length.toLocaleString('en')} tasks; a chain holds at most ${limit}, as many children as Temporal allows.`,
    );
    return placements;
  }
  for (const [id, place] of entries) {
    const path = at('tasks', id);
    const placement = readPlacement(note, path, id, place);
    placements.set(id, placement);
    if (place !== null && isFields(place) && place.runWhen !== undefined && placement.dependsOn.length === 0) {
      note(at(path, 'runWhen'), place.runWhen, 'has nothing to judge: the task depends on none.');
    }
  }
  return placements;
}

function readPlacement(note: Note, path: string, id: string, place: unknown): Placement {
  const empty: Placement = { dependsOn: [], runWhen: 'all_success', dependsOnPast: undefined, params: undefined, command: null };
  if (Array.isArray(place)) return { ...empty, dependsOn: readParents(note, path, place) };
  if (!isFields(place)) {
    const instead =
      typeof place === 'string' ? `: write ["${place}"]` : ": write [] or ['task_a'] or { dependsOn: ['task_a'], … }";
    note(path, place, `${shown(place)} stands where a list of tasks belongs${instead}.`);
    return empty;
  }
  const isCommand = 'command' in place;
  if (isCommand && 'params' in place)
    note(at(path, 'params'), place.params, 'a command takes no params; its arguments stand in "command".');
  if (isCommand && 'isolate' in place)
    note(at(path, 'isolate'), place.isolate, 'a command has a process of its own anyway; leave it out.');
  const misplaced = ['params', 'isolate'].filter((key) => key in place);
  checkKeys(note, path, place, isCommand ? [...COMMAND_KEYS, ...misplaced] : placeKeys(place));
  if (!isCommand) noteSettings(note, path, id, place);
  const dependsOn = readParents(note, at(path, 'dependsOn'), place.dependsOn);
  return {
    dependsOn,
    runWhen: readChoice(note, at(path, 'runWhen'), place.runWhen, RUN_WHEN) ?? 'all_success',
    dependsOnPast: readYesNo(note, at(path, 'dependsOnPast'), place.dependsOnPast),
    params: isCommand ? undefined : place.params,
    command: isCommand ? readCommand(note, path, id, place) : null,
  };
}

const TASK_KEYS = [...SETTING_KEYS, 'summary', 'tags', 'needs', 'isolate'];

/** Settings are known words at the wrong place: they get a message of their own. */
function placeKeys(place: Fields): string[] {
  return [...PLACE_KEYS, 'command', ...TASK_KEYS.filter((key) => key in place)];
}

function noteSettings(note: Note, path: string, id: string, place: Fields): void {
  for (const key of TASK_KEYS) {
    if (key in place) note(at(path, key), place[key], `belongs to the task itself: write it into tasks/${id}.`);
  }
}

function readParents(note: Note, path: string, value: unknown): string[] {
  return value === undefined ? [] : (readTexts(note, path, value) ?? []);
}

function checkGraph(note: Note, placements: ReadonlyMap<string, Placement>, projectTasks: ReadonlySet<string>): void {
  const graph = new Map<string, string[]>();
  for (const [id, { dependsOn, command }] of placements) {
    const path = at('tasks', id);
    if (command === null && !projectTasks.has(id)) {
      const problem = idProblem(id);
      const missing = `"${id}" is no task of this project: there is no file tasks/${id}.ts (or .js, .mjs).`;
      note(path, id, problem ? `${problem}.` : missing, nearest(id, projectTasks));
    }
    const parents: string[] = [];
    for (const parent of dependsOn) {
      const parentsPath = at(path, 'dependsOn');
      if (parent === id) note(parentsPath, parent, `"${id}" depends on itself.`);
      else if (placements.has(parent)) parents.push(parent);
      else if (projectTasks.has(parent)) note(parentsPath, parent, `"${parent}" is not in this chain; add it: ${parent}: [].`);
      else
        note(
          parentsPath,
          parent,
          `"${parent}" is no task of this project.`,
          nearest(
            parent,
            [...placements.keys(), ...projectTasks].filter((one) => one !== id),
          ),
        );
    }
    graph.set(id, parents);
  }
  noteCycles(note, graph);
}

function noteCycles(note: Note, graph: Map<string, string[]>): void {
  for (let told = 0; told < MOST_CYCLES; told++) {
    const cycle = findCycle(graph);
    if (!cycle) return;
    note('tasks', cycle, `tasks wait for each other in a circle: ${cycle.join(' → ')}.`);
    // Cut here, so that the next circle is found too.
    const [task, parent] = cycle as [string, string];
    graph.set(
      task,
      graph.get(task)!.filter((one) => one !== parent),
    );
  }
}
