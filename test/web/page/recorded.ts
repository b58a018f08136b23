/** Views as the server sends them, for states that are rare: made for one moment, so that nothing depends on the day of the test. */
import type { BackfillLine, BackfillsView } from '../../../src/control/views/backfills-types.js';
import type { DateNode, DateView } from '../../../src/control/views/date-types.js';
import type { GridCell, GridChain, GridRow, GridView } from '../../../src/control/views/grid-types.js';
import type { NextView } from '../../../src/control/views/next-types.js';
import type { FullRun } from '../../../src/control/views/run-types.js';
import type { WhyView } from '../../../src/control/why-view.js';

const DAY = 86_400_000;
const ZONE = 'Europe/Paris';
const ITEMS = {
  processed: 21,
  of: 32,
  failed: 2,
  current: `https://example.org/${'contributions'.repeat(6)}/22`,
  perMinute: 40,
  leftMs: 16_500,
};
const TASKS = ['task_firecrawl', 'task_contributions_analysis', 'task_rag_indexing', 'task_report_generation'] as const;
const USUAL: Record<string, number> = {
  'daily-chain': 3_400,
  task_firecrawl: 2_100,
  task_contributions_analysis: 90_000,
  task_rag_indexing: 300,
  task_report_generation: 100,
};

export interface Recorded {
  /** Dates `YYYYMMDD`, oldest first; the last is today's. */
  dates: string[];
  grid: GridView;
  date: DateView;
  failed: FullRun;
  running: FullRun;
  why: WhyView;
  next(hours: number): NextView;
  backfills: BackfillsView;
  /** Those that are on no first page any more. */
  olderBackfills: BackfillLine[];
}

/** @param now epoch milliseconds */
export function recordedAt(now: number): Recorded {
  const dates = Array.from({ length: 30 }, (_, at) => dateOf(now - (29 - at) * DAY));
  const ago = (ms: number): string => new Date(now - ms).toISOString();
  const bad = dates.at(-5) ?? '';
  const today = dates.at(-1) ?? '';
  return {
    dates,
    grid: gridOf(dates, ago, now),
    date: dateView(today, ago, now),
    failed: failedRun(bad, ago),
    running: runningRun(today, ago),
    why: whyOf(bad, ago),
    next: (hours) => nextOf(hours, now),
    backfills: { backfills: [backfillOf(ago, true), backfillOf(ago, false)], next: null },
    olderBackfills: [],
  };
}

function dateOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10).replaceAll('-', '');
}

type Ago = (ms: number) => string;

function gridOf(dates: readonly string[], ago: Ago, now: number): GridView {
  const nothing = { deadline: null, brokenBecause: null, keyedBy: 'date' as const, timezone: ZONE };
  const noPause = { pause: null, note: null, missed: 0, missedCommand: null, command: null };
  const daily: GridChain = {
    ...{ id: 'daily-chain', kind: 'chain', summary: 'Crawl, check and report' },
    ...nothing,
    deadline: '07:30',
    schedule: {
      state: 'active',
      sentence: 'every day at 06:00, Europe/Paris',
      ...noPause,
      next: new Date(now + 0.6 * DAY).toISOString(),
    },
    columns: dates.map((date) => ({ key: date, date, scheduledFor: null, slots: 1 })),
    rows: [
      {
        id: 'daily-chain',
        kind: 'chain',
        summary: null,
        inFiles: true,
        usualMs: 3_400,
        cells: dates.map((_, at) => cellOf('daily-chain', at, ago)),
      },
      ...TASKS.map((id): GridRow => {
        const cells = dates.map((_, at) => cellOf(id, at, ago));
        return { id, kind: 'task', summary: `What ${id} does`, inFiles: true, usualMs: USUAL[id] ?? null, cells };
      }),
    ],
    older: dates[0] ?? null,
  };
  const costs: GridChain = {
    ...{ id: 'cost-audit', kind: 'chain', summary: null },
    ...nothing,
    schedule: {
      state: 'active',
      sentence: 'on day 1 of each month at 05:00, Europe/Paris',
      ...noPause,
      next: new Date(now + 6 * DAY).toISOString(),
    },
    columns: daily.columns,
    rows: [
      {
        id: 'cost-audit',
        kind: 'chain',
        summary: null,
        inFiles: true,
        usualMs: 3_100,
        cells: dates.map((date) => (date.endsWith('01') ? { state: 'success', durationMs: 3_100 } : { state: 'none' })),
      },
      {
        id: 'task_costs',
        kind: 'task',
        summary: null,
        inFiles: true,
        usualMs: 3_000,
        cells: dates.map((date) => (date.endsWith('01') ? { state: 'success', durationMs: 3_000 } : { state: 'none' })),
      },
    ],
    older: null,
  };
  const paused: GridChain = {
    ...costs,
    id: 'prompt-sync',
    schedule: {
      ...{ state: 'paused', sentence: 'every day at 04:00, Europe/Paris', note: null, next: null },
      pause: { by: 'marie', at: ago(2 * DAY), until: null, reason: 'key rotation' },
      ...{ missed: 3, missedCommand: 'daychain resume prompt-sync --catch-up', command: 'daychain resume prompt-sync' },
    },
    rows: [
      {
        ...{ id: 'prompt-sync', kind: 'chain', summary: null, inFiles: true, usualMs: 61_000 },
        cells: dates.map((_, at): GridCell => (at < 27 ? { state: 'success', durationMs: 61_000 } : { state: 'missed' })),
      },
    ],
  };
  const worker = { identity: '4242@here', lastSeen: ago(2_000) };
  return {
    ...{ project: 'civic', timezone: ZONE, at: ago(0), workers: [worker as unknown as GridView['workers'][number]] },
    ...{ chains: [daily, costs, paused], incomplete: null },
  };
}

/** All states, each at a place of its own. */
function cellOf(id: string, at: number, ago: Ago): GridCell {
  const task = id !== 'daily-chain';
  if (at === 29) {
    if (id === 'task_firecrawl') return { state: 'success', durationMs: 2_100 };
    if (id === 'task_rag_indexing') return { state: 'waiting', phase: 'waiting_for_lock' };
    if (id === 'task_report_generation') return { state: 'waiting', phase: 'waiting_for_upstream' };
    return { state: 'running', started: ago(41_000), run: `${id}:x`, ...(task ? { attempts: 2 } : {}) };
  }
  if (at === 25) {
    if (id === 'task_rag_indexing') {
      return { state: 'failed', kind: 'error', reason: 'connect ECONNREFUSED 127.0.0.1:9200', attempts: 4, durationMs: 901_000 };
    }
    return task ? { state: 'success', durationMs: USUAL[id] ?? 0 } : { state: 'failed', kind: 'error', durationMs: 902_000 };
  }
  if (at === 20) return task ? { state: 'none' } : { state: 'left_out', kind: 'misfired' };
  if (at === 14) return task ? { state: 'none' } : { state: 'missed' };
  if (at === 11 && id !== 'task_firecrawl') return { state: 'cancelled', reason: 'by marie: wrong data', durationMs: 1_000 };
  if (at === 8 && id === 'task_rag_indexing') return { state: 'warned', durationMs: 400 };
  if (at === 8 && !task) return { state: 'warned', durationMs: 3_900 };
  if (id === 'task_contributions_analysis' && at % 7 < 2)
    return { state: 'skipped', kind: 'no_work', reason: 'no_contributions_to_process' };
  return { state: 'success', durationMs: (USUAL[id] ?? 100) + ((at * 37) % 50) };
}

function dateView(date: string, ago: Ago, now: number): DateView {
  const node = (task: string, x: number, y: number, rank: number, more: Partial<DateNode>): DateNode => ({
    ...{ x, y, width: 232, height: 48, rank, task, summary: null, dependsOn: [], runWhen: 'all_success', run: `${task}:${date}` },
    ...{ state: 'success', kind: null, phase: null, sentence: `${task} succeeded.`, attempt: 1, maximumAttempts: 4 },
    ...{ progress: null, started: ago(43_000), finished: ago(41_000), nextAttemptAt: null, usualMs: USUAL[task] ?? null },
    ...{ timeoutMs: 900_000, lastError: null, satisfied: false, errors: 0, warnings: 0 },
    ...more,
  });
  const waits = { state: 'waiting', started: null, finished: null, attempt: 0 } as const;
  return {
    ...{ chain: 'daily-chain', summary: null, runKey: date, date, timezone: ZONE, scheduledFor: ago(44_000), at: ago(0) },
    ...{ run: { workflowId: `daily-chain:${date}`, runId: 'r' }, state: 'running', status: 'pending', kind: null, reason: null },
    ...{ started: ago(43_000), finished: null, usualMs: 120_000, deadline: new Date(now + 3_600_000).toISOString(), held: null },
    ...{ command: null, planFrom: 'run', planNote: null, incomplete: null },
    graph: {
      ...{ width: 840, height: 136 },
      nodes: [
        node('task_firecrawl', 4, 4, 0, {}),
        node('task_contributions_analysis', 4, 76, 0, {
          ...{ state: 'running', started: ago(38_000), finished: null, attempt: 2, progress: ITEMS },
          lastError: { attempt: 1, at: ago(30_000), message: 'HTTP 429 from the provider' },
        }),
        node('task_rag_indexing', 300, 4, 1, { ...waits, phase: 'waiting_for_lock', dependsOn: ['task_firecrawl'] }),
        node('task_report_generation', 596, 40, 2, {
          ...waits,
          ...{ phase: 'waiting_for_upstream', run: null, runWhen: 'all_done' },
          dependsOn: ['task_contributions_analysis', 'task_rag_indexing'],
        }),
      ],
      edges: [
        {
          from: 'task_firecrawl',
          to: 'task_rag_indexing',
          points: [
            { x: 236, y: 28 },
            { x: 300, y: 28 },
          ],
        },
        {
          from: 'task_rag_indexing',
          to: 'task_report_generation',
          points: [
            { x: 532, y: 28 },
            { x: 564, y: 46 },
            { x: 596, y: 64 },
          ],
        },
        {
          ...{ from: 'task_contributions_analysis', to: 'task_report_generation' },
          points: [
            { x: 236, y: 100 },
            { x: 268, y: 100 },
            { x: 416, y: 100 },
            { x: 564, y: 82 },
            { x: 596, y: 64 },
          ],
        },
      ],
    },
    timeline: {
      ...{ from: ago(44_000), to: ago(0) },
      bars: [
        {
          task: 'task_firecrawl',
          state: 'success',
          from: ago(43_000),
          to: ago(41_000),
          segments: [
            { kind: 'queued', from: ago(43_000), to: ago(42_600), attempt: null, failed: null, text: null },
            { kind: 'attempt', from: ago(42_600), to: ago(41_000), attempt: 1, failed: false, text: null },
          ],
        },
        {
          task: 'task_contributions_analysis',
          state: 'running',
          from: ago(43_000),
          to: null,
          segments: [
            { kind: 'attempt', from: ago(43_000), to: ago(30_000), attempt: 1, failed: true, text: 'HTTP 429 from the provider' },
            { kind: 'backoff', from: ago(30_000), to: ago(20_000), attempt: 1, failed: null, text: null },
            { kind: 'attempt', from: ago(20_000), to: null, attempt: 2, failed: null, text: null },
          ],
        },
        {
          task: 'task_rag_indexing',
          state: 'waiting',
          from: ago(41_000),
          to: null,
          segments: [
            { kind: 'waiting_for_lock', from: ago(41_000), to: null, attempt: null, failed: null, text: 'held by old-scheduler' },
          ],
        },
        { task: 'task_report_generation', state: 'waiting', from: null, to: null, segments: [] },
      ],
    },
  };
}

const BARE_RUN = {
  ...{ runId: 'b1f0', kind: 'task', summary: null, timezone: ZONE, chain: 'daily-chain', late: false, taskId: '3f9a1c2e' },
  ...{
    pending: null,
    progress: null,
    itemErrors: [],
    itemErrorsInAll: 0,
    warnings: [],
    warningsInAll: 0,
    upstream: null,
    output: null,
  },
  ...{
    tasks: null,
    lock: null,
    held: null,
    orders: [],
    backfill: null,
    earlier: [],
    executionsInAll: 1,
    commands: [],
    incomplete: null,
  },
} as const satisfies Partial<FullRun>;

function failedRun(date: string, ago: Ago): FullRun {
  const at = (minutes: number): string => ago(4 * DAY - minutes * 60_000);
  return {
    ...(BARE_RUN as unknown as FullRun),
    ...{ workflowId: `task_rag_indexing:${date}`, id: 'task_rag_indexing', runKey: date, date, scheduledFor: at(0) },
    ...{
      state: 'failed',
      status: 'failed',
      resultKind: 'error',
      phase: null,
      sentence: 'It failed.',
      end: 'failed',
      settled: false,
    },
    ...{ started: at(1), closed: at(16), attempt: 4, maximumAttempts: 4 },
    attemptErrors: [1, 2, 3, 4].map((attempt) => ({
      attempt,
      at: at(attempt * 5 - 2),
      message: 'connect ECONNREFUSED 127.0.0.1:9200',
    })),
    params: { bytes: 17, value: { language: 'fr' }, head: null },
    upstream: {
      bytes: 80,
      value: { task_firecrawl: { status: 'success', kind: null, reason: null, output: { pages_crawled: 14 } } },
      head: null,
    },
    lock: { key: `lock:task_rag_indexing:${date}`, state: 'free', holder: null, ttlMs: null, text: 'nobody holds it' },
    orders: [{ what: 'rerun', by: 'marie', at: at(40), reason: 'the index was down', task: null }],
    temporalUi: 'http://127.0.0.1:8233/namespaces/default/workflows',
  };
}

function runningRun(date: string, ago: Ago): FullRun {
  return {
    ...(BARE_RUN as unknown as FullRun),
    ...{
      workflowId: `task_contributions_analysis:${date}`,
      id: 'task_contributions_analysis',
      runKey: date,
      date,
      scheduledFor: ago(44_000),
    },
    ...{
      state: 'running',
      status: 'pending',
      resultKind: null,
      phase: 'running',
      sentence: 'It runs.',
      end: null,
      settled: null,
    },
    ...{ started: ago(43_000), closed: null, attempt: 2, maximumAttempts: 4, progress: ITEMS },
    attemptErrors: [{ attempt: 1, at: ago(30_000), message: 'HTTP 429 from the provider' }],
    params: { bytes: 13, value: { limit: 100 }, head: null },
    lock: {
      key: `lock:task_contributions_analysis:${date}`,
      state: 'ours',
      holder: '3f9a1c2e:2',
      ttlMs: 296_000,
      text: 'held by this run, renewed 4 s ago',
    },
    temporalUi: 'http://127.0.0.1:8233/namespaces/default/workflows',
  };
}

function whyOf(date: string, ago: Ago): WhyView {
  return {
    ...{
      task: 'task_rag_indexing',
      date,
      runKey: date,
      timezone: ZONE,
      run: `task_rag_indexing:${date}`,
      chain: 'daily-chain',
      at: ago(0),
    },
    cause: 'failed',
    sentence: `task_rag_indexing ${date} failed after 4 attempts, 06:21. It will not try again by itself.`,
    details: [
      { label: 'last error', text: 'connect ECONNREFUSED 127.0.0.1:9200' },
      { label: 'held up', text: 'task_report_generation ran anyway (all_done)' },
    ],
    commands: [
      { text: 'Run it again', command: `daychain rerun daily-chain:${date}` },
      { text: 'Do without it', command: `daychain skip task_rag_indexing ${date} --reason "…"` },
    ],
  };
}

function nextOf(hours: number, now: number): NextView {
  const slot = (at: number, starts = true) => ({
    runKey: dateOf(at),
    date: dateOf(at),
    scheduledFor: new Date(at).toISOString(),
    starts,
  });
  const every = (first: number, step: number, starts = true) =>
    Array.from({ length: Math.floor((hours * 3_600_000 - first) / step) + 1 }, (_, at) => slot(now + first + at * step, starts));
  const bare = {
    kind: 'chain',
    summary: null,
    timezone: ZONE,
    state: 'active',
    pause: null,
    note: null,
    deadline: null,
    folded: null,
    density: null,
  } as const;
  const line = (id: string, sentence: string, usualMs: number | null, slots: NextView['lines'][number]['slots']) => ({
    ...bare,
    ...{ id, sentence, usualMs, slots, slotsInAll: slots.length },
  });
  return {
    ...{
      project: 'civic',
      timezone: ZONE,
      from: new Date(now).toISOString(),
      to: new Date(now + hours * 3_600_000).toISOString(),
    },
    lines: [
      line('daily-chain', 'every day at 06:00, Europe/Paris', 40 * 60_000, every(0.6 * DAY, DAY)),
      line('inbox', 'every 2 hours, Europe/Paris', 12 * 60_000, every(0.05 * DAY, 7_200_000)),
      {
        ...line('prompt-sync', 'every day at 04:00, Europe/Paris', 61_000, every(0.5 * DAY, DAY, false)),
        ...{
          state: 'paused',
          pause: { by: 'marie', at: new Date(now - 2 * DAY).toISOString(), until: null, reason: 'key rotation' },
        },
      },
      {
        ...line('pulse', 'every minute, Europe/Paris', 2_000, []),
        slotsInAll: hours * 60,
        folded: `every minute`,
        density: Array.from({ length: 48 }, (_, at) => 20 + (at % 7)),
      },
    ],
    oneShots: [
      {
        ...{
          id: 'reindex',
          kind: 'task',
          target: 'task_rag_indexing',
          timezone: ZONE,
          at: new Date(now + 5 * 3_600_000).toISOString(),
        },
        ...{ state: 'waiting', run: 'task_rag_indexing:at-reindex', by: 'marie', reason: 'after the move', usualMs: 300 },
      },
    ],
    oneShotsInAll: 1,
    clockChanges: [
      {
        timezone: ZONE,
        at: new Date(now + 0.8 * hours * 3_600_000).toISOString(),
        minutes: 60,
        text: 'Europe/Paris: 02:00 becomes 03:00',
      },
    ],
    backfills: [],
  };
}

function backfillOf(ago: Ago, open: boolean): BackfillLine {
  return {
    ...{ workflowId: open ? 'backfill:daily-chain:a1b2' : 'backfill:daily-chain:0f0f', runId: 'r' },
    request: {
      ...{
        id: 'daily-chain',
        kind: 'chain',
        from: '20260101',
        to: '20260331',
        only: null,
        tasks: null,
        order: 'asc',
        concurrency: 5,
      },
      ...{ by: 'marie', reason: open ? 'the index was rebuilt' : null },
    },
    ...(open ? { status: 'pending', end: null, closed: null } : { status: 'failed', end: 'failed', closed: ago(DAY) }),
    ...{
      started: ago(open ? 300_000 : DAY + 600_000),
      total: 29,
      done: open ? 11 : 26,
      already: 1,
      failed: open ? 0 : 2,
      cancelled: 0,
    },
    ...(open
      ? { left: 17, working: 5, waiting: 12, perMinute: 2.4, timeLeftMs: 420_000 }
      : { left: 0, working: null, waiting: null, perMinute: null, timeLeftMs: null }),
    ...{ held: null, endReason: null },
    failures: open ? [] : [{ run: 'daily-chain:20260114', message: 'connect ECONNREFUSED 127.0.0.1:9200' }],
    command: open ? null : 'daychain backfill daily-chain 2026-01-01 2026-03-31 --only failed',
  };
}
