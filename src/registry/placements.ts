/** Checks what chains and tasks say about each other: params, commands of one name, ids that collide. */
import { isDeepStrictEqual } from 'node:util';
import type { JsonObject } from '../plan/types.js';
import type { ChainFile } from './chains.js';
import { at } from './fields.js';
import { readParams } from './params.js';
import { shown, type Note } from './problems.js';
import type { TaskFile } from './tasks.js';

export interface LoadedChain {
  id: string;
  file: string;
  note: Note;
  chain: ChainFile;
}

/** Params of each task of a chain, as they travel; tasks that did not load are left out. */
export type ChainParams = Map<string, Record<string, JsonObject>>;

/** `taskFiles`: id to file of everything in `tasks/`, loaded or not. */
export function checkPlacements(
  chains: readonly LoadedChain[],
  tasks: ReadonlyMap<string, TaskFile>,
  taskFiles: ReadonlyMap<string, string>,
): ChainParams {
  const chainFiles = new Map(chains.map(({ id, file }) => [id, file]));
  const all: ChainParams = new Map();
  const first = new Map<string, { chain: LoadedChain; params: JsonObject }>();
  const firstCommand = new Map<string, LoadedChain>();
  for (const loaded of chains) {
    const ofChain: Record<string, JsonObject> = {};
    all.set(loaded.id, ofChain);
    for (const [task, placement] of loaded.chain.placements) {
      const path = at('tasks', task);
      if (placement.command) {
        checkCommandId(loaded, path, task, taskFiles, chainFiles);
        checkSameCommand(loaded, path, task, firstCommand);
        continue;
      }
      const known = tasks.get(task);
      if (!known) continue;
      const params = readParams(loaded.note, at(path, 'params'), known.schema, placement.params);
      if (!params) continue;
      ofChain[task] = params;
      const other = first.get(task);
      if (!other) first.set(task, { chain: loaded, params });
      else if (!isDeepStrictEqual(other.params, params)) noteOtherParams(loaded, path, task, params, other);
    }
  }
  return all;
}

function noteOtherParams(
  loaded: LoadedChain,
  path: string,
  task: string,
  params: JsonObject,
  other: { chain: LoadedChain; params: JsonObject },
): void {
  const text = `"${task}" is one run per date, so it cannot have two sets of params: ${shown(params)} here, ${shown(other.params)} in ${other.chain.file}. Make them equal, or make it two tasks.`;
  loaded.note(at(path, 'params'), params, text);
}

function checkCommandId(
  { note }: LoadedChain,
  path: string,
  task: string,
  taskFiles: ReadonlyMap<string, string>,
  chainFiles: ReadonlyMap<string, string>,
): void {
  const taken = taskFiles.get(task) ?? chainFiles.get(task);
  if (taken) note(path, task, `"${task}" is a command here and also the id of ${taken}: rename one of them.`);
}

function checkSameCommand(loaded: LoadedChain, path: string, task: string, first: Map<string, LoadedChain>): void {
  const other = first.get(task);
  if (!other) {
    first.set(task, loaded);
    return;
  }
  const theirs = other.chain.placements.get(task)!.command;
  if (isDeepStrictEqual(theirs, loaded.chain.placements.get(task)!.command)) return;
  loaded.note(
    path,
    task,
    `"${task}" is one run per date, so it cannot be two commands: another stands in ${other.file}. Make them equal, or rename one.`,
  );
}
