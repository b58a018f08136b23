/** Checks whether a task wants a process of its own. */
import type { IsolateSpec } from '../plan/types.js';
import { checkKeys, isFields, type Fields } from './fields.js';
import { shown, type Note } from './problems.js';

/** Megabytes. Node itself takes about twenty. */
const LEAST_MB = 32;
const MOST_MB = 64 * 1_024;

/** A process takes up to a second until it runs the body. Milliseconds. */
const SHORTEST_TIMEOUT_MS = 2_000;

/** Null for a task that runs in the worker's process. `timeoutMs`: its own time-out, where it says one. */
export function readIsolate(note: Note, fields: Fields, timeoutMs: number | undefined): IsolateSpec | null {
  const value = fields.isolate;
  if (value === undefined || value === false) return null;
  if (timeoutMs !== undefined && timeoutMs < SHORTEST_TIMEOUT_MS) {
    note(
      'isolate',
      value,
      `does not go with timeout ${shown(fields.timeout)}: its process needs up to a second to start. Allow 2 seconds or more.`,
    );
  }
  if (value === true) return { memoryMb: null };
  if (!isFields(value)) {
    note('isolate', value, `${shown(value)} is not possible; expected true, false, or an object like { memory: '256 MB' }.`);
    return null;
  }
  checkKeys(note, 'isolate', value, ['memory']);
  return { memoryMb: readMemory(note, value.memory) };
}

function readMemory(note: Note, value: unknown): number | null {
  if (value === undefined) return null;
  const found = typeof value === 'string' ? /^(\d+(?:\.\d+)?) ?(MB|GB)$/.exec(value) : null;
  if (found === null) {
    note('isolate.memory', value, `${shown(value)} is no amount of memory; expected one like "256 MB" or "2 GB".`);
    return null;
  }
  const megabytes = Math.round(Number(found[1]) * (found[2] === 'GB' ? 1_024 : 1));
  if (megabytes >= LEAST_MB && megabytes <= MOST_MB) return megabytes;
  note('isolate.memory', value, `${shown(value)} is not possible; expected ${LEAST_MB} MB to ${MOST_MB / 1_024} GB.`);
  return null;
}
