/** Waiting for a run at the terminal: progress, Ctrl-C, and the sentence it ends with. */
import type { RunView } from '../control/describe-run.js';
import type { Server } from '../control/server.js';
import { waitForRun } from '../control/wait.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import type { Output } from './output.js';
import { Interrupted } from './problems.js';
import { openProgress } from './progress-view.js';
import { runName, tookText } from './run-lines.js';
import { shownState } from './states.js';

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
  const view = openProgress(out, options.zone, options.names ? { names: options.names } : {});
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

/** `daily-chain 20261121 succeeded in 3.2 s.`, and for an end that is not good what it says and the next command. */
export function endLines(out: Output, view: RunView): string[] {
  const state = shownState({ status: view.status, kind: view.result?.kind ?? null });
  const took = tookText({ started: view.started, finished: view.closed }, Date.now());
  const first = `${runName(view)} ${out.paint(state.colour, state.word)} in ${took}.`;
  if (exitOf(view) === EXIT.done)
    return [view.status === 'success' ? first : `${first.slice(0, -1)}: ${view.result?.reason ?? ''}`];
  if (view.status === 'cancelled') return [first, ...(view.message ? [`  ${view.message}`] : []), again(view)];
  // What failed says so itself: its reason, and the command.
  const said = (view.message ?? '').split('\n');
  const own = said[0]?.startsWith(`${view.id} `) ? said : [first, ...said.filter(Boolean).map((line) => `  ${line}`)];
  return own.some((line) => line.includes('daychain rerun')) ? own : [...own, again(view)];
}

/** What the end of a run means for the one who waited for it. */
export function exitOf(view: RunView): ExitCode {
  return view.end === 'completed' ? EXIT.done : EXIT.failed;
}

function again(view: RunView): string {
  return `Run it again: daychain rerun ${view.workflowId}`;
}
