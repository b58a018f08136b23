/**
 * Measures the grid over a long history: runs a daily chain of twelve no-op tasks for 400 dates by a backfill, then reads the
 * grid of 30 and of all dates, from a warm server, many times. Prints how long, in how many requests, how many bytes, and the
 * ratio of the long one to the short one. `--days N` for fewer dates; `--json` prints figures only.
 */
import { loadavg } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { planBackfill } from '../src/control/backfill-plan.js';
import { startBackfill } from '../src/control/backfills.js';
import { syncSchedules } from '../src/control/schedules.js';
import type { Server } from '../src/control/server.js';
import { readDate } from '../src/control/views/date.js';
import { readGrid } from '../src/control/views/grid.js';
import { addDays } from '../src/time/dates.js';
import { localDate } from '../src/time/zones.js';
import { figure, openBed, type Bed } from './bed.js';
import { firstViews } from './first-view.js';

const { values: options } = parseArgs({
  options: { days: { type: 'string', default: '400' }, json: { type: 'boolean', default: false } },
});
const DAYS = Number(options.days);
const TASKS = 12;
const ROUNDS = 15;
/** What a person waits for at most, from a warm server. */
const BAR_MS = 1_500;
const CHAIN = 'year';
/** Dates on the page, but for today's: the chain has not run for it. */
const SHOWN = 29;

const bed = await openBed({ [CHAIN]: { tasks: TASKS, fields: { schedule: { daily: '06:00' } } } });
try {
  const figures = await measure(bed);
  process.stdout.write(options.json ? `${JSON.stringify(figures, null, 2)}\n` : textOf(figures));
} finally {
  await bed.close();
}

async function measure(bed: Bed) {
  const { server, registry } = bed;
  await syncSchedules(server, registry);
  const last = addDays(localDate(Date.now(), 'UTC'), -1);
  const wish = { kind: 'chain', id: CHAIN, from: addDays(last, 1 - DAYS), to: last, only: null, order: 'asc' } as const;
  const more = { tasks: null, concurrency: 50, reason: null, beyondRetention: true };
  const begun = performance.now();
  const { workflowId } = await startBackfill(server, await planBackfill(server, registry, { ...wish, ...more }));
  await server.client.workflow.getHandle(workflowId).result();
  const filled = performance.now() - begun;
  await allListed(server);
  const first = await timed(() => readGrid(server, registry, { days: DAYS, until: last }, Date.now()));
  const short = await rounds(() => readGrid(server, registry, { days: 30, until: last }, Date.now()));
  const long = await rounds(() => readGrid(server, registry, { days: DAYS, until: last }, Date.now()));
  const date = await rounds(() => readDate(server, registry, CHAIN, last, Date.now()));
  const views = await firstViews(bed, Math.min(DAYS, SHOWN) * (TASKS + 1));
  const [chain] = long.last.chains;
  const cells = chain!.rows.flatMap((row) => row.cells);
  return {
    days: DAYS,
    tasks: TASKS,
    filled,
    first: first.ms,
    short: short.figure,
    long: long.figure,
    date: date.figure,
    page: views === null ? null : figure(views),
    ratio: long.figure.p50 / short.figure.p50,
    cells: cells.length,
    succeeded: cells.filter(({ state }) => state === 'success').length,
    bytes: { short: sizeOf(short.last), long: sizeOf(long.last) },
    incomplete: long.last.incomplete,
    load: loadavg()[0]!,
  };
}

async function allListed({ client, namespace }: Server): Promise<void> {
  const query = `WorkflowType = 'runChain' AND ChainName = '${CHAIN}' AND ExecutionStatus = 'Completed'`;
  while (Number((await client.workflowService.countWorkflowExecutions({ namespace, query })).count) < DAYS) await delay(250);
}

async function timed<T>(read: () => Promise<T>): Promise<{ ms: number; value: T }> {
  const begun = performance.now();
  const value = await read();
  return { ms: performance.now() - begun, value };
}

async function rounds<T>(read: () => Promise<T>) {
  const times: number[] = [];
  let last = (await timed(read)).value;
  for (let round = 0; round < ROUNDS; round++) {
    const { ms, value } = await timed(read);
    times.push(ms);
    last = value;
  }
  return { figure: figure(times), last };
}

function sizeOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}

function textOf(figures: Awaited<ReturnType<typeof measure>>): string {
  const { days, tasks, first, short, long, date, page, ratio, bytes, cells, succeeded, filled, load } = figures;
  const ms = ({ p50, p95, max }: typeof short) => `p50 ${p50.toFixed(0)} ms, p95 ${p95.toFixed(0)} ms, max ${max.toFixed(0)} ms`;
  return [
    `grid of ${days} dates x ${tasks} tasks (filled in ${(filled / 1_000).toFixed(0)} s)`,
    `  first look     ${first.toFixed(0)} ms`,
    `  on the page    ${page === null ? 'no Chromium here' : ms(page)}   (bar: ${BAR_MS} ms to a full grid)`,
    `  30 dates       ${ms(short)}   ${(bytes.short / 1_000).toFixed(0)} kB`,
    `  ${String(days).padEnd(3)} dates      ${ms(long)}   ${(bytes.long / 1_000).toFixed(0)} kB   ${ratio.toFixed(1)} times the short one`,
    `  one date       ${ms(date)}`,
    `  cells          ${cells}, of which ${succeeded} succeeded${figures.incomplete === null ? '' : `; INCOMPLETE: ${figures.incomplete}`}`,
    `  load average   ${load.toFixed(1)} at the end; over the number of cores, others were working too`,
    '',
  ].join('\n');
}
