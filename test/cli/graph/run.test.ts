/** `daychain graph --run` of runs that there are. */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { WorkflowHandle } from '@temporalio/client';
import { beforeAll, describe, expect, it } from 'vitest';
import { startChain } from '../../../src/control/start.js';
import { BIN, plainEnvironment } from '../../support/daychain.js';
import { type Engine, eventually, failureOf, resultOf, startEngine } from '../../support/engine.js';
import { PROCESS_MS } from '../../support/patience.js';
import { redisPort, temporalAddress } from '../../support/servers.js';

const mark = randomUUID().slice(0, 8);
const chain = `graphed-${mark}`;
const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name) => `${name}_${mark}`) as [string, string, string, string];
let engine: Engine;

beforeAll(async () => {
  engine = await startEngine({
    name: `graph-run-${mark}`,
    tasks: {
      [a]: `{ run(ctx) { witness(ctx, 'body'); } }`,
      [b]: `{ async run(ctx) { witness(ctx, 'body'); if (ctx.date === '20260301') throw new PermanentError('no'); await until(ctx, ctx.secrets.get('GATES') + '/graphed'); } }`,
      [c]: `{ run() {} }`,
      [d]: `{ run() {} }`,
    },
    chains: { [chain]: { tasks: { [a]: [], [b]: [a], [c]: [b], [d]: { dependsOn: [b], runWhen: 'all_done' } } } },
  });
});

/** With its plan, as every command starts it. */
async function started(date: string): Promise<WorkflowHandle> {
  const resolved = engine.registry.resolveChain({ chain, date });
  if ('problem' in resolved) throw new Error(resolved.problem);
  const { workflowId } = await startChain(engine.server, resolved);
  return engine.client.workflow.getHandle(workflowId);
}

async function graph(...words: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [BIN, 'graph', chain, ...words, '--project', engine.dir], {
    env: { ...plainEnvironment(), TEMPORAL_ADDRESS: temporalAddress(), REDIS_URL: `redis://127.0.0.1:${redisPort()}` },
    timeout: PROCESS_MS,
  });
  return stdout;
}

describe('daychain graph --run', () => {
  it('draws how each task of a closed run ended, as it was when it ran', async () => {
    await failureOf(await started('20260301'));
    const file = join(engine.dir, 'chains', `${chain}.js`);
    writeFileSync(file, `import { defineChain } from 'daychain';\nexport default defineChain({ tasks: { ${a}: [] } });\n`);
    expect(await graph()).toBe(`${a}\n`);
    const shown = await graph('--run', '2026-03-01');
    expect(shown).toContain(`✓ ${a} ─▸ ✗ ${b} ─┤`);
    expect(shown).toMatch(new RegExp(`▸ \\S ${c}`));
    expect(shown).toContain(`▸ ✓ ${d} (all_done)`);
    expect(shown).not.toContain(`✓ ${c}`);
    const { run, tasks } = JSON.parse(await graph('--run', `${chain}:20260301`, '--json')) as {
      run: string;
      tasks: { id: string; status: string; kind: string | null }[];
    };
    expect(run).toBe(`${chain}:20260301`);
    expect(tasks).toMatchObject([
      { id: a, status: 'success', kind: null },
      { id: b, status: 'failed' },
      { id: c, status: 'skipped', kind: 'upstream_failed' },
      { id: d, status: 'success' },
    ]);
    expect(await graph('--run', '2026-03-01', '--format', 'mermaid')).toContain(b);
    expect(await graph('--run', '2026-03-01', '--format', 'svg')).toContain(`${chain}:20260301`);
  });

  it('draws an open run as it stands', async () => {
    const handle = await started('20260302');
    await eventually('the second body', () => engine.witness().some(({ task, date }) => task === b && date === '20260302'));
    const shown = await graph('--run', '20260302');
    expect(shown).toContain(`✓ ${a} ─▸ ● ${b} ─┤`);
    engine.open('graphed');
    await resultOf(handle);
    expect(await graph('--run', '20260302')).toContain(`✓ ${a} ─▸ ✓ ${b} ─┤`);
  });

  it('says that there is no such run', async () => {
    await expect(graph('--run', '2026-03-09')).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`${chain}:20260309 has not run.\nWhat has: daychain history ${chain}`) as unknown,
    });
  });
});
