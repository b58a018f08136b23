/** Checks a task's file. */
import type { z } from 'zod';
import type { TaskDefinition } from '../define/types.js';
import type { IsolateSpec } from '../plan/types.js';
import { checkKeys, readText, readTexts, readYesNo, type Fields } from './fields.js';
import { readIsolate } from './isolate.js';
import { shown, type Note } from './problems.js';
import { checkSchemaNames, isSchema } from './params.js';
import { readTiming, TIMING_KEYS, type Timing } from './schedule.js';
import { readSettings, SETTING_KEYS, type Settings } from './settings.js';
import { checkWaits, readWaits, WAIT_KEYS, type Waits } from './waits.js';

export interface TaskFile extends Timing {
  definition: TaskDefinition<z.ZodType, unknown>;
  schema: z.ZodType | undefined;
  settings: Settings;
  dependsOnPast: boolean;
  waits: Waits;
  /** Names of settings. */
  needs: string[];
  /** Null: it runs in the worker's process. */
  isolate: IsolateSpec | null;
  summary: string | null;
  tags: string[];
}

const KEYS = [
  ...['run', 'summary', 'tags', 'params', ...TIMING_KEYS, 'dependsOnPast', 'needs', 'isolate'],
  ...WAIT_KEYS,
  ...SETTING_KEYS,
];
/** Settings that other versions will know. */
const RESERVED = ['queue', 'maxConcurrent'];

export function readTask(note: Note, fields: Fields, projectZone: string): TaskFile {
  for (const key of RESERVED) if (key in fields) note(key, fields[key], `"${key}" is reserved for a later version of daychain.`);
  checkKeys(note, '', fields, [...KEYS, ...RESERVED.filter((key) => key in fields)]);
  if (typeof fields.run !== 'function') {
    note(
      'run',
      fields.run,
      fields.run === undefined ? 'is missing: run(ctx) is the work itself.' : `${shown(fields.run)} is no function.`,
    );
  }
  const schema = readSchema(note, fields.params);
  const timing = readTiming(note, fields, projectZone);
  if (fields.timezone !== undefined && fields.schedule === undefined) {
    note('timezone', fields.timezone, "has no schedule beside it; in a chain the chain's zone counts.");
  }
  for (const key of ['late', 'notices'])
    if (key in fields && fields.schedule === undefined)
      note(key, fields[key], "has no schedule beside it; in a chain the chain's counts.");
  const settings = readSettings(note, '', fields);
  const waits = readWaits(note, fields);
  checkWaits(note, '', waits, timing.compiled);
  return {
    definition: fields as unknown as TaskDefinition<z.ZodType, unknown>,
    schema,
    settings,
    dependsOnPast: readYesNo(note, 'dependsOnPast', fields.dependsOnPast) ?? false,
    waits,
    needs: readTexts(note, 'needs', fields.needs) ?? [],
    isolate: readIsolate(note, fields, settings.timeoutMs),
    summary: readText(note, 'summary', fields.summary) ?? null,
    tags: readTexts(note, 'tags', fields.tags) ?? [],
    ...timing,
  };
}

export function readSchema(note: Note, value: unknown): z.ZodType | undefined {
  if (value === undefined) return undefined;
  if (!isSchema(value)) {
    note('params', value, `${shown(value)} is no schema: write z.object({ … }).`);
    return undefined;
  }
  checkSchemaNames(note, 'params', value);
  return value;
}
