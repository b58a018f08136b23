/**
 * Measures a backfill of a year of ten no-op tasks at concurrency 50: how soon all its chains are started, whether the counts
 * are exact at the end, and what it costs a fresh chain of three tasks that is started every second meanwhile.
 * `--days N` and `--concurrency N` for less; `--json` prints figures only.
 */
import { loadavg } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { planBackfill } from '../src/control/backfill-plan.js';
import { startBackfill } from '../src/control/backfills.js';
import type { Server } from '../src/control/server.js';
import { startChain } from '../src/control/start.js';
import type { BackfillResult } from '../src/plan/backfill.js';
import type { Registry } from '../src/registry/index.js';
import { addDays } from '../src/time/dates.js';
import { figure, openBed, type Bed } from './bed.js';

const { values: options } = parseArgs({
  options: {
    days: { type: 'string', default: '365' },
    concurrency: { type: 'string', default: '50' },
    json: { type: 'boolean', default: false },
  },
});
const DAYS = Number(options.days);
const LAST = '20261231';
const NOW = Date.parse('2027-01-01T12:00:00Z');
const FRESH_EVERY_MS = 1_000;
const COUNT_EVERY_MS = 250;
const LONE_RUNS = 10;
const WARM_UPS = 5;

const bed = await openBed({ year: { tasks: 10 }, fresh: { tasks: 3 } });
try {
  const figures = await measure(bed);
  if (options.json) process.stdout.write(`${JSON.stringify(figures, null, 2)}\n`);
  else print(figures);
} finally {
  await bed.close();
}

async function measure({ server, registry }: Bed) {
  const fresh = freshRuns(server, registry);
  for (let at = 0; at < WARM_UPS; at++) await fresh();
  const alone: number[] = [];
  for (let at = 0; at < LONE_RUNS; at++) alone.push(await fresh());

  const plan = await planBackfill(
    server,
    registry,
    {
      kind: 'chain',
      id: 'year',
      from: addDays(LAST, 1 - DAYS),
      to: LAST,
      only: null,
      tasks: null,
      order: 'asc',
      concurrency: Number(options.concurrency),
      reason: null,
      beyondRetention: true,
    },
    NOW,
  );
  if (plan.runs.length !== DAYS) throw new Error(`${plan.runs.length} runs are planned, not ${DAYS}`);
  const begun = performance.now();
  const { workflowId } = await startBackfill(server, plan);
  const handle = server.client.workflow.getHandle(workflowId);
  const over = new AbortController();
  const [beside, allStarted] = [freshEverySecond(fresh, over.signal), allStartedAfter(server, begun)];
  const result = (await handle.result()) as BackfillResult;
  const took = performance.now() - begun;
  over.abort();
  const { historyLength, historySize } = await handle.describe();
  const { done, already, failed, cancelled, left, total } = result;
  return {
    days: DAYS,
    concurrency: plan.request.concurrency,
    allStarted: await allStarted,
    took,
    counts: { done, already, failed, cancelled, left, total },
    exact: done === DAYS && total === DAYS && already + failed + cancelled + left === 0,
    history: { events: historyLength, bytes: historySize ?? null },
    fresh: { alone: figure(alone), beside: figure(await beside) },
    load: loadavg()[0]!,
  };
}

/** Milliseconds after which the server knows a run of every date. */
async function allStartedAfter({ client, namespace }: Server, begun: number): Promise<number> {
  for (;;) {
    const query = `WorkflowType = 'runChain' AND ChainName = 'year'`;
    const { count } = await client.workflowService.countWorkflowExecutions({ namespace, query });
    if (Number(count) >= DAYS) return performance.now() - begun;
    await delay(COUNT_EVERY_MS);
  }
}

async function freshEverySecond(fresh: () => Promise<number>, over: AbortSignal): Promise<number[]> {
  const under: Promise<number>[] = [];
  while (!over.aborted) {
    under.push(fresh());
    await delay(FRESH_EVERY_MS);
  }
  return await Promise.all(under);
}

/** Runs the fresh chain for a new date each time; answers how long it took, in milliseconds. */
function freshRuns(server: Server, registry: Registry): () => Promise<number> {
  let date = '20270101';
  return async () => {
    date = addDays(date, 1);
    const input = registry.resolveChain({ chain: 'fresh', date });
    if ('problem' in input) throw new Error(input.problem);
    const begun = performance.now();
    const { workflowId } = await startChain(server, input);
    await server.client.workflow.getHandle(workflowId).result();
    return performance.now() - begun;
  };
}

function print(figures: Awaited<ReturnType<typeof measure>>): void {
  const { allStarted, took, counts, exact, history, fresh, load } = figures;
  const s = (ms: number) => `${(ms / 1_000).toFixed(1)} s`;
  const freshText = ({ p50, p95, max }: typeof fresh.alone) => `p50 ${s(p50)}, p95 ${s(p95)}, max ${s(max)}`;
  process.stdout.write(
    [
      `backfill of ${figures.days} dates x 10 tasks, ${figures.concurrency} at a time`,
      `  all started    ${s(allStarted)}   (bar for a year: 15 s)`,
      `  all done       ${s(took)}   ${exact ? 'counts exact' : `COUNTS WRONG: ${JSON.stringify(counts)}`}`,
      `  fresh alone    ${freshText(fresh.alone)}`,
      `  fresh beside   ${freshText(fresh.beside)}   (bar: 2 s more than alone)`,
      `  history        ${history.events} events, ${history.bytes} bytes in its last execution`,
      `  load average   ${load.toFixed(1)} at the end; over the number of cores, others were working too`,
      '',
    ].join('\n'),
  );
}
