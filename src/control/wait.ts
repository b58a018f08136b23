/** Waiting for a run's end, telling how far it is. */
import { setTimeout as delay } from 'node:timers/promises';
import { connectionProblem } from './connection-problem.js';
import { isWorthWaiting, ONCE_MORE_MS, waitedInVain } from './patience.js';
import { ProgressReader, type RunSnapshot } from './progress.js';
import { describeRun, type RunView } from './describe-run.js';
import type { RunSummary } from './run-summary.js';
import type { Server } from './server.js';

export interface WaitOptions {
  /** Told of every snapshot taken, the last one included. */
  onProgress?(snapshot: RunSnapshot): void;
  /** Stops the wait; the run goes on. */
  signal?: AbortSignal;
  /** Pause between two looks, in milliseconds. Default 300. */
  everyMs?: number;
}

/** A server that restarts is waited for; one that is gone for longer than this is told of. */
const PATIENCE_MS = 30_000;

/**
 * Resolves when the run is closed.
 * @throws the signal's reason when it is aborted; the connection's error when the server is away for over 30 seconds
 */
export async function waitForRun(server: Server, workflowId: string, runId: string, options: WaitOptions = {}): Promise<RunView> {
  const { signal, everyMs = 300 } = options;
  const reader = new ProgressReader(server, workflowId, runId);
  let awaySince: number | null = null;
  for (;;) {
    signal?.throwIfAborted();
    try {
      const snapshot = await reader.read();
      if (snapshot === null) throw new Error(`the run ${workflowId} is gone: it was deleted while it was waited for`);
      awaySince = null;
      options.onProgress?.(snapshot);
      if (snapshot.run.end !== null) return snapshot.run;
    } catch (error) {
      if (connectionProblem(error) === null) throw error;
      awaySince ??= performance.now();
      if (performance.now() - awaySince > PATIENCE_MS) throw error;
    }
    await delay(everyMs, undefined, signal ? { signal } : {});
  }
}

/** The run once it has closed; null if it is still open after so many milliseconds, or more where a worker is there and is late. */
export async function whenClosed(
  server: Server,
  run: { workflowId: string; runId: string },
  withinMs: number,
): Promise<RunSummary | null> {
  let more = true;
  for (let until = performance.now() + withinMs; ; await delay(50)) {
    const view = await describeRun(server, run.workflowId, { runId: run.runId, ask: false });
    if (view !== null && view.end !== null) return view;
    if (performance.now() < until) continue;
    if (!more || !(await isWorthWaiting(server))) break;
    more = false;
    until = performance.now() + ONCE_MORE_MS;
  }
  if (!more) waitedInVain(server);
  return null;
}
