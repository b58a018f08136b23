import { randomUUID } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { Executed, Kept } from '../../src/define/retryable-types.js';
import type { CallResult } from '../../src/plan/calls.js';
import { type Engine, eventually, failureOf, resultOf, startEngine, within } from '../support/engine.js';
import { afterwards, redisPort, temporalAddress } from '../support/servers.js';

interface Imported {
  execute(args?: object): Promise<Executed<unknown>>;
  start(args?: object): Promise<Kept>;
}

let engine: Engine;
const mark = randomUUID().slice(0, 8);
const letters = `letters_${mark}`;
const flaky = `flaky_${mark}`;
const doomed = `doomed_${mark}`;
const strict = `strict_${mark}`;
const later = `later_${mark}`;

/** What the functions did, one line each. */
const ledger = () => join(engine.dir, 'ledger');
const lines = (): string[] => (existsSync(ledger()) ? readFileSync(ledger(), 'utf8').trim().split('\n') : []);
const linesOf = (text: string) => lines().filter((line) => line.includes(text));

const WRITE = `const write = (line) => appendFileSync(ctx.secrets.get('LEDGER'), line + '\\n');`;

beforeAll(async () => {
  vi.spyOn(console, 'warn').mockImplementation(() => {});
  const ledgerFile = join('/tmp', `ledger-${mark}`);
  engine = await startEngine({
    name: `calls-${mark}`,
    environment: { LEDGER: ledgerFile },
    retryables: {
      [letters]: `tags: ['mail'], summary: 'Write a letter', params: z.object({ to: z.string() }),
        run: (args, ctx) => { ${WRITE} write('letter to ' + args.to); return { to: args.to, call: ctx.callId }; }`,
      [flaky]: `retries: 5, delay: '100 milliseconds', tags: ['mail', 'slow'], params: z.object({ id: z.string(), until: z.number() }),
        run: ({ id, until }, ctx) => { ${WRITE} write(id + ' ' + ctx.attempt + ' ' + ctx.callId); if (ctx.attempt < until) throw new Error('not yet ' + ctx.attempt); return { id }; }`,
      [doomed]: `retries: 1, delay: '100 milliseconds', params: z.object({ id: z.string(), how: z.enum(['permanent', 'ever']) }),
        run: ({ id, how }, ctx) => { ${WRITE} write(id); throw how === 'permanent' ? new PermanentError('no such record') : new Error('down'); }`,
      [strict]: `params: z.object({ id: z.string(), on: z.string().optional(), count: z.number().optional() }).loose(),
        run: (args, ctx) => { ${WRITE} write('strict'); }`,
      [later]: `retries: 2, delay: '1 hour', params: z.object({ id: z.string() }), run: ({ id }, ctx) => { ${WRITE} write(id + ' ' + ctx.attempt); if (ctx.attempt === 1) throw new RetryAfter('2 hours', 'come back'); }`,
    },
  });
  Object.assign(engine, { ledgerFile });
  writeFileSync(
    join(engine.dir, '.env'),
    `TEMPORAL_ADDRESS=${temporalAddress()}\nREDIS_HOST=127.0.0.1\nREDIS_PORT=${redisPort()}\nLEDGER=${ledgerFile}\n`,
  );
});

const imported = async (name: string): Promise<Imported> =>
  ((await import(pathToFileURL(join(engine.dir, 'retryables', `${name}.js`)).href)) as { default: Imported }).default;

it('smoke', async () => {
  const one = await imported(flaky);
  const kept = await within(20_000, 'x', one.execute({ id: 'a', until: 3 }));
  expect(kept).toMatchObject({ outcome: 'kept', error: 'not yet 1' });
  const result = await resultOf<CallResult>(engine.client.workflow.getHandle((kept as { workflowId: string }).workflowId));
  console.log(JSON.stringify(result, null, 1));
});
