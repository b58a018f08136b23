/** The same run key once more. */
import { isSatisfactory } from '../plan/rules.js';
import { rerunProblem, treatments } from '../plan/selection.js';
import type { ChainPlan, Rerun, ResolvedChainInput, ResolvedTaskInput, RunChainInput, RunTaskInput } from '../plan/types.js';
import type { Registry } from '../registry/index.js';
import { describeRun, isChainResult, type RunView } from './describe-run.js';
import { BadInput, Refused } from './errors.js';
import { readInput } from './run-input.js';
import type { Server } from './server.js';
import { staleRuns } from './stale.js';
import { startChain, startTask, type Started } from './start.js';

/** What a rerun needs of the project's files: today's definitions, filled into yesterday's input. */
export interface Definitions {
  resolveTask(input: RunTaskInput): ResolvedTaskInput | { problem: string };
  resolveChain(input: RunChainInput): ResolvedChainInput | { problem: string };
  /** Plans of all chains a task belongs to. */
  plansWith(task: string): ChainPlan[];
}

/** As the files have them now. */
export function definitionsOf(registry: Registry): Definitions {
  return {
    resolveTask: (input) => registry.resolveTask(input),
    resolveChain: (input) => registry.resolveChain(input),
    plansWith: (task) =>
      registry
        .chainsOf(task)
        .filter((chain) => registry.chain(chain)?.brokenBecause === undefined)
        .map((chain) => registry.plan(chain)),
  };
}

/** What to repeat: as `Rerun`, before it is known who asks. */
export interface RerunWish {
  mode: Rerun['mode'];
  task?: string;
  reason: string | null;
}

export interface RerunStarted extends Started {
  /** Tasks that will run again, in the plan's order. Tasks the chain has not reached yet are not among them. */
  repeats: string[];
  /** Workflow IDs of completed runs that used what is repeated now. */
  stale: string[];
}

/** `nothing_to_do`: all of it has succeeded, and the rerun was for what had not. */
export type Rerunning = RerunStarted | { outcome: 'nothing_to_do'; workflowId: string; runId: string };

/**
 * Starts the run of a chain or task again, with its own params and today's files.
 * @throws BadInput: no such run, no such task, no reason where settled work is repeated; Refused: it is running
 */
export async function rerun(server: Server, definitions: Definitions, workflowId: string, wanted: RerunWish): Promise<Rerunning> {
  const run = await describeRun(server, workflowId, { ask: false });
  if (run === null) {
    const [id, key] = workflowId.split(':');
    throw new BadInput(
      `There is no run ${workflowId} to repeat.\nTo run it for the first time: daychain run ${id} --date ${key}`,
    );
  }
  if (run.kind === 'shell' || run.kind === 'other') {
    throw new BadInput(
      `${workflowId} is no run of a task or chain, but ${run.kind === 'shell' ? 'the shell of one' : 'something else'}.`,
    );
  }
  if (run.taskQueue !== server.taskQueue) {
    throw new Refused('id_taken', `${workflowId} belongs to the task queue "${run.taskQueue}", not to "${server.taskQueue}".`);
  }
  if (run.end === null) {
    throw new Refused(
      'running',
      `${workflowId} is running; it is never repeated while it runs.\nTo stop it: daychain cancel ${workflowId} --reason "…"`,
    );
  }
  return run.kind === 'chain'
    ? await rerunChain(server, definitions, run, wanted)
    : await rerunTask(server, definitions, run, wanted);
}

async function rerunChain(server: Server, definitions: Definitions, run: RunView, wanted: RerunWish): Promise<Rerunning> {
  const at = { workflowId: run.workflowId, runId: run.runId };
  const earlier = await readInput(server, run);
  const asked: Rerun = { ...wanted, by: server.by };
  const resolved = definitions.resolveChain({
    chain: run.id,
    ...pick(earlier, run),
    ...(earlier?.params ? { params: earlier.params } : {}),
    rerun: asked,
  });
  if ('problem' in resolved) throw new BadInput(resolved.problem);
  const problem = rerunProblem(resolved.plan, asked);
  if (problem !== null) throw new BadInput(`${problem}.`);
  const { repeats, settled } = whatRepeats(resolved.plan, asked, run);
  if (repeats.length === 0) return { outcome: 'nothing_to_do', ...at };
  needReason(run.workflowId, settled, asked);
  const stale = await staleRuns(
    server,
    [resolved.plan, ...repeats.flatMap(definitions.plansWith)],
    resolved.runKey,
    new Set(repeats),
  );
  return { ...(await startChain(server, { ...resolved, rerun: asked })), repeats, stale };
}

async function rerunTask(server: Server, definitions: Definitions, run: RunView, wanted: RerunWish): Promise<Rerunning> {
  if (wanted.mode === 'from' || wanted.mode === 'only' || wanted.mode === 'chosen') {
    throw new BadInput(`${run.workflowId} is the run of a single task; --from and --only choose tasks of a chain.`);
  }
  const settled = run.end === 'completed';
  const again = !settled || wanted.mode === 'all' || (wanted.mode === 'skipped' && run.status === 'skipped');
  if (!again) return { outcome: 'nothing_to_do', workflowId: run.workflowId, runId: run.runId };
  if (settled) needReason(run.workflowId, [run.id], { ...wanted, by: server.by });
  const earlier = await readInput(server, run);
  const params = run.params ?? earlier?.params;
  const resolved = definitions.resolveTask({
    task: run.id,
    ...pick(earlier, run),
    ...(params ? { params } : {}),
  });
  if ('problem' in resolved) throw new BadInput(resolved.problem);
  const started = await startTask(server, resolved, settled ? { by: server.by, reason: wanted.reason } : undefined);
  return {
    ...started,
    repeats: [run.id],
    stale: await staleRuns(server, definitions.plansWith(run.id), resolved.runKey, new Set([run.id])),
  };
}

/** The identity of the run, as it was started. */
function pick(earlier: (RunTaskInput & RunChainInput) | null, run: RunView) {
  return {
    ...(run.date === null ? {} : { date: earlier?.date ?? run.date }),
    ...(run.runKey === null ? {} : { runKey: run.runKey }),
    ...(earlier?.scheduledFor === undefined ? {} : { scheduledFor: earlier.scheduledFor }),
    ...(earlier?.backfill ? { backfill: true } : {}),
  };
}

/** Tasks the rerun is sure to run again, and those of them that were settled. */
function whatRepeats(plan: ChainPlan, wanted: Rerun, run: RunView): { repeats: string[]; settled: string[] } {
  const before = isChainResult(run.result) ? run.result.tasks : {};
  const treatment = treatments(plan, wanted);
  const repeats = plan.tasks.filter(({ id }) => {
    const outcome = Object.hasOwn(before, id) ? before[id] : undefined;
    switch (treatment(id)) {
      case 'repeat':
        return true;
      case 'keep':
        return false;
      case 'start':
        if (outcome === undefined) return true;
        return wanted.mode === 'skipped' ? outcome.status === 'skipped' || !isSatisfactory(outcome) : !isSatisfactory(outcome);
    }
  });
  return {
    repeats: repeats.map(({ id }) => id),
    settled: repeats.filter(({ id }) => Object.hasOwn(before, id) && before[id]!.settled).map(({ id }) => id),
  };
}

function needReason(workflowId: string, settled: readonly string[], asked: Rerun): void {
  if (settled.length === 0 || asked.reason !== null) return;
  const named = settled.slice(0, 3).join(', ') + (settled.length > 3 ? ` and ${settled.length - 3} more` : '');
  throw new BadInput(`${workflowId}: this repeats what is done already (${named}). Say why: --reason "…"`);
}
