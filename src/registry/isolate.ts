/** Checks whether a task wants a process of its own. */
import type { IsolateSpec } from '../plan/types.js';
import { checkKeys, isFields, type Fields } from './fields.js';
import { shown, type Note } from './problems.js';

/** Megabytes. Node itself takes about twenty. */
const LEAST_MB = 32;
const MOST_MB = 64 * 1_024;

/** Null for a task that runs in the worker's process. */
export function readIsolate(note: Note, fields: Fields): IsolateSpec | null {
  const value = fields.isolate;
  if (value === undefined || value === false) return null;
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
