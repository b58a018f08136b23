/** What only open runs can say. There may be many and each costs a request, so a look asks some of them, in turn. */
import type { Client } from '@temporalio/client';
import type { ChainProgress } from '../../plan/types.js';
import { askProgress, describeRun, isChainResult, type PendingAttempt } from '../describe-run.js';
import type { RunSummary } from '../run-summary.js';
import type { Server } from '../server.js';
import { listTasksOf, type GridRuns } from './grid-runs.js';

export interface OpenRuns {
  /** By workflow ID. */
  progress: Map<string, ChainProgress>;
  pending: Map<string, PendingAttempt | null>;
  /** Runs of tasks of chains that have no table of outcomes (yet). */
  tasks: RunSummary[];
  /** There are more of these than are read at once. */
  tasksCut: boolean;
}

type Answer = { progress: ChainProgress } | { pending: PendingAttempt | null } | null;

interface Remembered {
  /** Epoch milliseconds. */
  at: number;
  /** Grows with every question. */
  turn: number;
  answer: Answer;
}

/** Answers by run ID; of each client's server. */
const answers = new WeakMap<Client, Map<string, Remembered>>();
let turns = 0;
const REMEMBERED_MS = 120_000;

/**
 * @param shown ids of the chains and tasks that are shown
 * @param asked how many requests there are for questions, and whether a worker is there to answer for open chains
 * @param now epoch milliseconds
 */
export async function lookAtOpen(
  server: Server,
  { scheduled, single }: GridRuns,
  shown: ReadonlySet<string>,
  asked: { questions: number; worker: boolean },
  now: number,
): Promise<OpenRuns> {
  const untold = scheduled.filter(({ kind, left }) => kind === 'chain' && !isChainResult(left));
  const open = [...untold, ...single].filter(
    ({ end, id, kind }) => end === null && shown.has(id) && (asked.worker || kind === 'task'),
  );
  const [{ tasks, cut: tasksCut }] = await Promise.all([
    untold.length === 0
      ? { tasks: [], cut: false }
      : listTasksOf(server, unique(untold.map(({ id }) => id)), unique(untold.map(({ date }) => date!))),
    ask(server, open, asked.questions, now),
  ]);
  const known = remembered(server.client, now);
  const progress: OpenRuns['progress'] = new Map();
  const pending: OpenRuns['pending'] = new Map();
  for (const { workflowId, runId } of open) {
    const answer = known.get(runId)?.answer ?? null;
    if (answer !== null && 'progress' in answer) progress.set(workflowId, answer.progress);
    if (answer !== null && 'pending' in answer) pending.set(workflowId, answer.pending);
  }
  return { tasks, tasksCut, progress, pending };
}

/** Those that were never asked first, then those asked longest ago; of these the ones open longest. */
async function ask(server: Server, open: readonly RunSummary[], questions: number, now: number): Promise<void> {
  const known = remembered(server.client, now);
  const rank = ({ runId, started }: RunSummary) => `${String(known.get(runId)?.turn ?? 0).padStart(16, '0')} ${started}`;
  const chosen = [...open].sort((a, b) => (rank(a) < rank(b) ? -1 : 1)).slice(0, Math.max(0, questions));
  await Promise.all(
    chosen.map(async (run) => {
      const before = known.get(run.runId);
      const answer = run.kind === 'chain' ? await askChain(server, run, before?.answer ?? null) : await askTask(server, run);
      // What is only kept grows old, and is forgotten.
      const at = before !== undefined && answer === before.answer ? before.at : now;
      known.set(run.runId, { at, turn: ++turns, answer });
    }),
  );
}

/** One that does not answer in time has not changed its word; it is waited for longer only where it has not said any. */
async function askChain(server: Server, run: RunSummary, before: Answer): Promise<Answer> {
  const progress = await askProgress(server, run, { patient: before === null });
  return progress?.kind === 'chain' ? { progress } : before;
}

async function askTask(server: Server, { workflowId, runId }: RunSummary): Promise<Answer> {
  const view = await describeRun(server, workflowId, { runId, ask: false });
  return view === null || view.end !== null ? null : { pending: view.pending };
}

function remembered(client: Client, now: number): Map<string, Remembered> {
  const known = answers.get(client) ?? new Map<string, Remembered>();
  answers.set(client, known);
  for (const [runId, { at }] of known) if (at < now - REMEMBERED_MS) known.delete(runId);
  return known;
}

function unique(words: readonly string[]): string[] {
  return [...new Set(words)];
}
