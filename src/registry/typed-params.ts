/** Params typed as `name=text` on a command line, read as the task's schema wants them. */
import type { z } from 'zod';
import type { Json, JsonObject } from '../plan/types.js';
import { shapeOf } from './params.js';
import type { Registry } from './registry.js';

/**
 * A value for each name: what the text says as JSON where the task's schema takes that, else the text itself. What neither
 * fits is left for the schema to refuse, in its own words.
 */
export function typedParams(registry: Registry, task: string, given: readonly (readonly [string, string])[]): JsonObject {
  const entry = registry.task(task);
  const schema = entry?.kind === 'body' ? entry.definition?.params : undefined;
  const shape = (schema && shapeOf(schema)) ?? {};
  return Object.fromEntries(
    given.map(([name, text]) => [name, typedValue(Object.hasOwn(shape, name) ? (shape[name] as z.ZodType) : undefined, text)]),
  );
}

function typedValue(schema: z.ZodType | undefined, text: string): Json {
  const value = readJson(text);
  if (value === undefined) return text;
  if (schema === undefined || takes(schema, value)) return value;
  return takes(schema, text) ? text : value;
}

function takes(schema: z.ZodType, value: Json): boolean {
  try {
    return schema.safeParse(value).success;
  } catch {
    return false;
  }
}

function readJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
