/** Requests made from the document, sensible and senseless: each is answered as documented, and none is a fault. */
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { documentOf } from '../../src/web/api/document.js';
import type { OpenApiDocument } from '../../src/web/api/docs-page.js';
import { startEngine, type Engine } from '../support/engine.js';
import { bareApi, judgeOf, projectOf, readAnswer, serve, type Web } from './web.js';

/**
 * The same requests every time; `FUZZ_SEED=random` makes others, and a failure of those tells the seed with which they are
 * made again. `FUZZ_RUNS`: of each operation.
 */
const { FUZZ_SEED = '20260203' } = process.env;
const SEED = FUZZ_SEED === 'random' ? {} : { seed: Number(FUZZ_SEED) };
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 12);

let engine: Engine;
let web: Web;
let document: OpenApiDocument;
let judge: ReturnType<typeof judgeOf>;

beforeAll(async () => {
  engine = await startEngine({
    name: 'web-fuzz',
    tasks: { task_a: '{ params: z.object({ n: z.number().default(1) }), run: () => ({}) }' },
    chains: { chain_a: { schedule: { daily: '06:00' }, tasks: { task_a: [] } } },
  });
  const project = projectOf(engine);
  web = await serve({ project, limits: { actionsPerMinute: 100_000 } });
  const api = bareApi({ project });
  document = documentOf(api);
  judge = judgeOf(api);
});

type Schema = Record<string, unknown>;

const WORDS = [
  'chain_a',
  'task_a',
  'chain_a:20260203',
  'task_a:20260203',
  'today',
  '20260203',
  '2026-02-03',
  '',
  ' ',
  '..',
  '%',
  'x'.repeat(400),
];
const anyText = fc.oneof(fc.constantFrom(...WORDS), fc.string({ unit: 'binary', maxLength: 40 }), fc.string({ maxLength: 20 }));

/** What a schema describes, now and then replaced by anything. */
function valueOf(schema: Schema): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 9, arbitrary: described(resolve(schema)) }, { weight: 1, arbitrary: fc.jsonValue() });
}

function described(schema: Schema): fc.Arbitrary<unknown> {
  const options = (schema['anyOf'] ?? schema['oneOf']) as Schema[] | undefined;
  if (options !== undefined) return fc.oneof(...options.map(valueOf));
  if (schema['enum'] !== undefined) return fc.constantFrom(...(schema['enum'] as unknown[]));
  const types = [schema['type'] ?? 'object'].flat() as string[];
  return fc.oneof(...types.map((type) => typed(type, schema)));
}

function typed(type: string, schema: Schema): fc.Arbitrary<unknown> {
  switch (type) {
    case 'null':
      return fc.constant(null);
    case 'boolean':
      return fc.boolean();
    case 'integer':
    case 'number':
      return fc.integer({
        min: (schema['minimum'] as number | undefined) ?? -5,
        max: Math.min((schema['maximum'] as number | undefined) ?? 50, 50),
      });
    case 'array':
      return fc.array(valueOf((schema['items'] as Schema | undefined) ?? {}), { maxLength: 3 });
    case 'object': {
      const properties = (schema['properties'] ?? {}) as Record<string, Schema>;
      const record = Object.fromEntries(Object.entries(properties).map(([name, one]) => [name, valueOf(one)]));
      return fc.record(record, { requiredKeys: ((schema['required'] ?? []) as string[]).filter((name) => name in record) });
    }
    default: {
      const pattern = schema['pattern'] as string | undefined;
      return pattern === undefined ? anyText : fc.oneof(fc.stringMatching(new RegExp(pattern)), anyText);
    }
  }
}

function resolve(schema: Schema): Schema {
  const name = (schema['$ref'] as string | undefined)?.split('/').at(-1);
  return name === undefined ? schema : (document.components.schemas[name] as Schema);
}

interface Asked {
  method: string;
  path: string;
  body: unknown;
}

function requests(path: string, method: string): fc.Arbitrary<Asked> {
  const operation = document.paths[path]![method]!;
  const parameters = (operation.parameters ?? []).filter((one) => one.in !== 'header');
  const schema = operation.requestBody?.content['application/json']?.schema;
  const values = Object.fromEntries(
    parameters.map(({ name, in: place, schema: own }) => [
      name,
      place === 'path' ? described(resolve(own ?? {})) : fc.option(valueOf(own ?? {})),
    ]),
  );
  return fc
    .record({ values: fc.record(values), body: schema === undefined ? fc.constant(undefined) : valueOf(schema) })
    .map((made) => {
      const query = new URLSearchParams();
      let filled = path;
      for (const { name, in: place } of parameters) {
        const value = (made.values as Record<string, unknown>)[name];
        const text = typeof value === 'string' ? value : JSON.stringify(value ?? '');
        // A browser's URL takes `..` away itself, and asks for another path.
        const sent = /^\.{1,2}$/.test(text) ? 'x' : text;
        if (place === 'path') filled = filled.replace(`{${name}}`, () => encodeURIComponent(Buffer.from(sent).toString()));
        else if (value !== null && value !== undefined) query.append(name, text);
      }
      const asked = query.toString();
      return { method: method.toUpperCase(), path: asked === '' ? filled : `${filled}?${asked}`, body: made.body };
    });
}

/** Backfills and one-shots that are really made would only load the server. */
const HARMLESS = (body: unknown) =>
  typeof body === 'object' && body !== null && 'dryRun' in body ? { ...body, dryRun: true } : body;

async function ask({ method, path, body }: Asked): Promise<number> {
  const sent =
    body === undefined ? {} : { body: JSON.stringify(HARMLESS(body)), headers: { 'content-type': 'application/json' } };
  const response = await fetch(web.url + path, { method, signal: AbortSignal.timeout(60_000), ...sent });
  const answer = await readAnswer(response);
  judge(method, path, answer);
  return answer.status;
}

describe('requests made from the document', () => {
  it('are answered as it says, and none is a fault', async () => {
    const statuses = new Map<number, number>();
    for (const [path, methods] of Object.entries(document.paths)) {
      if (path === '/api/events') continue;
      for (const method of Object.keys(methods)) {
        const property = fc.asyncProperty(requests(path, method), async (asked) => {
          const status = await ask(asked);
          statuses.set(status, (statuses.get(status) ?? 0) + 1);
          expect(status, `${asked.method} ${asked.path} ${JSON.stringify(asked.body)}`).not.toBe(500);
        });
        await fc.assert(property, { numRuns: RUNS, interruptAfterTimeLimit: 60_000, endOnFailure: true, ...SEED });
      }
    }
    // It reached the work, not only the refusals before it.
    expect(statuses.get(200)).toBeGreaterThan(100);
    expect(statuses.get(400)).toBeGreaterThan(50);
  }, 240_000);
});
