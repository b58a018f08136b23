/** Checks a retryable's file, and the arguments of its calls. */
import type { z } from 'zod';
import type { RetryableDefinition } from '../define/retryable-types.js';
import { CALL_DEFAULTS, type CallSpec } from '../plan/calls.js';
import { idProblem } from '../plan/ids.js';
import { MAX_OUTPUT_BYTES } from '../plan/limits.js';
import type { JsonObject } from '../plan/types.js';
import { at, checkKeys, isFields, readText, readTexts, type Fields } from './fields.js';
import { readParams } from './params.js';
import { shown, type Note } from './problems.js';
import { readSettings, type Settings } from './settings.js';
import { readSchema } from './tasks.js';

export interface RetryableFile {
  definition: RetryableDefinition<z.ZodType, unknown>;
  schema: z.ZodType | undefined;
  spec: CallSpec;
  summary: string | null;
  tags: string[];
}

const RETRY_KEYS = ['retries', 'delay', 'backoff', 'maximumDelay'];
const KEYS = ['name', 'run', 'summary', 'tags', 'params', 'timeout', 'project', ...RETRY_KEYS];

/** @param defaults the project's, which hold for what is not said */
export function readRetryable(note: Note, fields: Fields, defaults: Settings): RetryableFile {
  checkKeys(note, '', fields, KEYS);
  if (typeof fields.run !== 'function') {
    const what =
      fields.run === undefined ? 'is missing: run(args, ctx) is the work itself.' : `${shown(fields.run)} is no function.`;
    note('run', fields.run, what);
  }
  const { project } = fields;
  if (project !== undefined && typeof project !== 'string' && !(project instanceof URL)) {
    note('project', project, `${shown(project)} is no folder: write its path, or new URL('..', import.meta.url).`);
  }
  checkName(note, fields.name);
  const retry = Object.fromEntries(RETRY_KEYS.flatMap((key) => (fields[key] === undefined ? [] : [[key, fields[key]]])));
  // The words of a task's `retry` stand at the top here.
  const bare: Note = (field, ...rest) => note(field.replace(/^retry\./, ''), ...rest);
  const own = readSettings(bare, '', { ...(fields.timeout === undefined ? {} : { timeout: fields.timeout }), retry });
  return {
    definition: fields as unknown as RetryableDefinition<z.ZodType, unknown>,
    schema: readSchema(note, fields.params),
    spec: callSpecOf({ ...defaults, ...own }),
    summary: readText(note, 'summary', fields.summary) ?? null,
    tags: readTexts(note, 'tags', fields.tags) ?? [],
  };
}

/** Notes a name that is not the file's: a worker would look for another file. */
export function checkFileName(note: Note, name: unknown, id: string): void {
  if (name === id || typeof name !== 'string') return;
  note('name', name, `"${name}" is not the file's name, by which a worker finds it.`, id);
}

/**
 * The arguments as they travel: plain JSON, which the schema takes. Both tries of them, here and in a worker, see the same.
 * @returns or all that is wrong, each with its path
 */
export function readArguments(schema: z.ZodType | undefined, given: unknown): { args: JsonObject } | { problems: string[] } {
  const args = given === undefined ? {} : given;
  if (!isFields(args)) return { problems: [`arguments are an object { … }; ${shown(args)} came`] };
  const foreign = notJson(args, '', new Set());
  if (foreign.length > 0) return { problems: foreign };
  const problems: string[] = [];
  const note: Note = (path, _value, message, suggestion) => {
    const near = suggestion ? ` Did you mean ${suggestion}?` : '';
    problems.push(
      `${path === '' ? '' : `${path}: `}${message.replace('the task takes no params', 'it takes no arguments')}${near}`,
    );
  };
  const travelled = readParams(note, '', schema, JSON.parse(JSON.stringify(args)));
  if (travelled === null || problems.length > 0) return { problems };
  const bytes = Buffer.byteLength(JSON.stringify(travelled));
  if (bytes <= MAX_OUTPUT_BYTES) return { args: travelled };
  return {
    problems: [`they are ${bytes} bytes of JSON, at most ${MAX_OUTPUT_BYTES} are kept: write a file or a row, and pass its name`],
  };
}

function callSpecOf(said: Settings): CallSpec {
  return {
    retries: said.retries ?? CALL_DEFAULTS.retries,
    delayMs: said.retryDelayMs ?? CALL_DEFAULTS.delayMs,
    backoff: said.retryBackoff ?? CALL_DEFAULTS.backoff,
    maximumDelayMs: said.retryMaximumDelayMs ?? CALL_DEFAULTS.maximumDelayMs,
    timeoutMs: said.timeoutMs ?? CALL_DEFAULTS.timeoutMs,
  };
}

function checkName(note: Note, name: unknown): void {
  if (name === undefined) note('name', name, "is missing: the file's name, by which a worker finds it.");
  const text = name === undefined ? undefined : readText(note, 'name', name);
  const problem = text === undefined ? null : idProblem(text);
  if (problem) note('name', name, `${problem}.`);
}

/** What would not come back from JSON as it went in, each with its path. */
function notJson(value: unknown, path: string, above: ReadonlySet<object>): string[] {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return [];
  if (typeof value === 'number' && Number.isFinite(value)) return [];
  if (typeof value !== 'object') return [`${path} is ${foreignText(value)}`];
  if (above.has(value)) return [`${path} refers to what it stands in`];
  const within = new Set([...above, value]);
  if (Array.isArray(value)) return Array.from(value, (one, index) => notJson(one, `${path}[${index}]`, within)).flat();
  if (!isFields(value)) return [`${path} is ${foreignText(value)}`];
  const symbols = Object.getOwnPropertySymbols(value).map((name) => `${at(path, String(name))} is no JSON`);
  return [...symbols, ...Object.entries(value).flatMap(([name, one]) => notJson(one, at(path, name), within))];
}

function foreignText(value: unknown): string {
  if (value === undefined) return 'undefined: leave it out, or pass null';
  if (typeof value === 'bigint') return `the BigInt ${value}: pass a text`;
  if (typeof value === 'number') return `${value}, which JSON does not have`;
  if (typeof value !== 'object') return `a ${typeof value}, which JSON does not have`;
  const name = (value as { constructor?: { name?: string } }).constructor?.name || 'class without a name';
  if (value instanceof Date) return 'a Date: it would come back from a retry as text. Pass .toISOString()';
  if (value instanceof Map || value instanceof Set) return `a ${name}, which JSON does not have: pass a list, or an object`;
  return `an object of the class ${name}: pass what it is made of (an id, its text)`;
}
