/** Waiting for a run at the terminal: progress, Ctrl-C, and the sentence it ends with. */
import { isChainResult, type RunView } from '../control/describe-run.js';
import type { Server } from '../control/server.js';
import { waitForRun } from '../control/wait.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import type { Output } from './output.js';
import { Interrupted } from './problems.js';
import { openProgress } from './progress-view.js';
import { runName, tookText } from './run-lines.js';
import { shownState } from './states.js';
import { wrapped } from './table.js';

/**
 * Shows a run until it has ended.
 * @throws Interrupted on Ctrl-C; the run goes on
 */
export async function followRun(
  out: Output,
  server: Server,
  run: { workflowId: string; runId: string },
  options: { zone: string; names?: readonly string[]; signal?: AbortSignal; interruptible?: boolean },
): Promise<RunView> {
  const stop = new AbortController();
  const interrupt = () => stop.abort();
  // Where someone else answers Ctrl-C, it is theirs alone.
  if (options.interruptible !== false) process.once('SIGINT', interrupt);
  const view = openProgress(out, options.zone, { run: run.workflowId, ...(options.names && { names: options.names }) });
  try {
    return await waitForRun(server, run.workflowId, run.runId, {
      onProgress: (snapshot) => view.show(snapshot),
      signal: options.signal ? AbortSignal.any([stop.signal, options.signal]) : stop.signal,
    });
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    throw new Interrupted(
      `Not waited for any longer; ${run.workflowId} goes on.\nSee it: daychain show ${run.workflowId}     Stop it: daychain cancel ${run.workflowId} --reason "…"`,
    );
  } finally {
    view.close();
    process.removeListener('SIGINT', interrupt);
  }
}

/**
 * `daily-chain 20261121 succeeded in 3.2 s.`, and for an end that is not good the reason and the next command.
 * A chain's table has been shown as progress: it is not told again.
 */
export function endLines(out: Output, view: RunView): string[] {
  const { result } = view;
  const state = shownState({ status: view.status, kind: result?.kind ?? null });
  const attempts = result !== null && !isChainResult(result) && result.attempts > 1 ? ` after ${result.attempts} attempts` : '';
  const took = tookText({ started: view.started, finished: view.closed }, Date.now());
  const reason = reasonOf(view);
  const first = `${runName(view)} ${out.paint(state.colour, state.word)}${attempts} in ${took}${reason === '' ? '.' : `: ${reason}`}`;
  return [
    ...wrapped(first, out.width),
    ...(exitOf(view) === EXIT.done ? [] : [`Run it again: daychain rerun ${view.workflowId}`]),
  ];
}

function reasonOf({ result, status, message }: RunView): string {
  if (isChainResult(result) && status !== 'cancelled') {
    if (status === 'success') return '';
    const counts = Object.entries(result.counts).filter(([, count]) => count > 0);
    return `${counts.map(([name, count]) => `${count} ${name}`).join(', ')}.`;
  }
  return result?.reason ?? message ?? '';
}

/** What the end of a run means for the one who waited for it. */
export function exitOf(view: RunView): ExitCode {
  return view.end === 'completed' ? EXIT.done : EXIT.failed;
}
