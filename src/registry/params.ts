/** Params: checked against the task's schema, free of secrets, and plain enough for a workflow's history. */
import { isDeepStrictEqual } from 'node:util';
import type { z } from 'zod';
import type { Json, JsonObject } from '../plan/types.js';
import { at, isFields, type Fields } from './fields.js';
import { nearest, shown, type Note } from './problems.js';

/** A name is a secret's by its last word: `apiKey` and `github_token` are, `max_tokens` and `token_limit` are not. */
const SECRET =
  /(?:^|_)(?:passwords?|passwd|pwd|passphrase|secrets?|token|credentials?|(?:api|private|access|secret|auth|encryption|signing)_?keys?)$/;

/** Whether a value is a schema: it can parse. Told by shape, since a project may bring its own copy of zod. */
export function isSchema(value: unknown): value is z.ZodType {
  return typeof value === 'object' && value !== null && typeof (value as z.ZodType).safeParse === 'function';
}

export function isSecretName(name: string): boolean {
  const words = name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll(/[^A-Za-z0-9]+/g, '_')
    .replace(/[_\d]+$/, '');
  return SECRET.test(words.toLowerCase());
}

/** Notes names in a schema that look like a secret's. */
export function checkSchemaNames(note: Note, path: string, schema: z.ZodType): void {
  for (const name of Object.keys(shapeOf(schema) ?? {}))
    if (isSecretName(name)) note(at(path, name), undefined, secretText(name));
}

/**
 * The params as they travel: what the schema makes of them where that is plain JSON and stays the same when parsed again,
 * else as they were given. Notes everything wrong and answers null.
 */
export function readParams(note: Note, path: string, schema: z.ZodType | undefined, given: unknown): JsonObject | null {
  if (given !== undefined && !isFields(given)) {
    note(path, given, `${shown(given)} stands where an object { … } belongs.`);
    return null;
  }
  const params = given ?? {};
  if (!isJson(params)) {
    note(path, given, 'params travel as JSON: only texts, finite numbers, booleans, null, lists and plain objects.');
    return null;
  }
  const secrets = secretPaths(params, path);
  for (const secret of secrets) note(secret, undefined, secretText(secret));
  if (!schema) {
    const none = Object.keys(params).length === 0;
    if (!none) note(path, given, 'the task takes no params: it has no "params" schema.');
    return none && secrets.length === 0 ? {} : null;
  }
  const strangers = unknownNames(schema, params);
  for (const name of strangers) {
    const known = Object.keys(shapeOf(schema)!);
    note(
      at(path, name),
      params[name],
      `"${name}" is no param of the task; there are ${known.join(', ') || 'none'}.`,
      nearest(name, known),
    );
  }
  const parsed = parse(schema, params);
  if ('problems' in parsed) {
    for (const issue of parsed.problems)
      note([path, ...issue.path].filter((part) => part !== '').join('.'), given, `${issue.message}.`);
    return null;
  }
  return secrets.length + strangers.length > 0 ? null : (travelling(schema, parsed.output) ?? params);
}

/** What `ctx.params` is made of: the travelled params, parsed. */
export function parseParams(schema: z.ZodType | undefined, params: JsonObject): { params: unknown } | { problem: string } {
  if (!schema) return { params };
  const parsed = parse(schema, params);
  if ('output' in parsed) return { params: parsed.output };
  return { problem: parsed.problems.map(({ path, message }) => [...path, message].join(': ')).join('; ') };
}

type Parsed = { output: unknown } | { problems: { path: string[]; message: string }[] };

function parse(schema: z.ZodType, params: unknown): Parsed {
  try {
    const result = schema.safeParse(params);
    if (result.success) return { output: result.data };
    return { problems: result.error.issues.map((issue) => ({ path: issue.path.map(String), message: issue.message })) };
  } catch (error) {
    // Asynchronous refinements cannot be run here, and a refinement may throw.
    return { problems: [{ path: [], message: `the schema threw ${error instanceof Error ? error.message : String(error)}` }] };
  }
}

function travelling(schema: z.ZodType, output: unknown): JsonObject | null {
  if (!isFields(output) || !isJson(output)) return null;
  const again = parse(schema, output);
  return 'output' in again && isDeepStrictEqual(again.output, output) ? output : null;
}

interface SchemaInside {
  shape?: Fields;
  _zod?: { def?: { type?: string; catchall?: unknown; innerType?: z.ZodType } };
}

/** The schema of an object, below defaults and optionals; null for any other. */
function objectSchema(schema: z.ZodType): SchemaInside | null {
  let inside = schema as unknown as SchemaInside;
  for (let depth = 0; depth < 8 && inside._zod?.def?.innerType; depth++) inside = inside._zod.def.innerType;
  return isFields(inside.shape) ? inside : null;
}

/** The fields of an object schema; null for any other. */
export function shapeOf(schema: z.ZodType): Fields | null {
  return objectSchema(schema)?.shape ?? null;
}

/** Names the schema would silently drop: mostly typos. Loose schemas take any name, strict ones complain themselves. */
function unknownNames(schema: z.ZodType, params: Fields): string[] {
  const object = objectSchema(schema);
  if (!object?.shape || object._zod?.def?.catchall !== undefined) return [];
  const { shape } = object;
  return Object.keys(params).filter((name) => !Object.hasOwn(shape, name) && !isSecretName(name));
}

function secretPaths(value: Json | undefined, path: string): string[] {
  if (Array.isArray(value)) return value.flatMap((one, index) => secretPaths(one, `${path}[${index}]`));
  if (!isFields(value)) return [];
  return Object.entries(value).flatMap(([name, one]) =>
    isSecretName(name) ? [at(path, name)] : secretPaths(one, at(path, name)),
  );
}

function secretText(path: string): string {
  const name = path.split('.').at(-1)!;
  return `"${name}" is named like a secret, and params are stored in history: secrets come from the environment by name: ctx.secrets.get('${constantName(name)}').`;
}

function constantName(name: string): string {
  return name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll(/[^A-Za-z0-9]+/g, '_')
    .toUpperCase();
}

function isJson(value: unknown): value is JsonObject {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (Array.isArray(value)) return value.every(isJson);
  return isFields(value) && Object.values(value).every((one) => one === undefined || isJson(one));
}
