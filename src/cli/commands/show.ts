/** `daychain show`: one run, as the server knows it. */
import type { Command } from 'commander';
import { describeRun, type RunView } from '../../control/describe-run.js';
import { BadInput } from '../../control/errors.js';
import { findLock, type LockView } from '../../control/locks.js';
import { ProgressReader, type RunSnapshot } from '../../control/progress.js';
import { type OrderRecords, readOrders } from '../../control/order-records.js';
import { readInput } from '../../control/run-input.js';
import type { RunChainInput, RunTaskInput } from '../../plan/types.js';
import { EXIT } from '../exit-codes.js';
import type { Act, Invocation } from '../program.js';
import { readRun } from '../run-words.js';
import { openLocks, openProject, openServer, runUrl, type Project, type ServerSession } from '../session.js';
import { chainLines, taskLines } from '../show-lines.js';

export function configure(command: Command, act: Act): void {
  command
    .argument('<run...>', 'daily-chain:20260203, or daily-chain 2026-02-03, or any workflow ID')
    .addHelpText(
      'after',
      `
Examples:
  daychain show daily-chain today
  daychain show task_firecrawl:20260203 --json`,
    )
    .action(act(show));
}

/** Everything there is to show of a run. */
export interface ShownRun extends RunSnapshot {
  input: (RunTaskInput & RunChainInput) | null;
  url: string | null;
  /** What people decided about it. */
  orders: OrderRecords;
  /** Of a task's run; null where nobody holds it. */
  lock: LockView | null;
  /** Why the lock could not be looked at. */
  lockProblem: string | null;
}

async function show({ out, project: named }: Invocation, [words]: [string[]]): Promise<number> {
  const project = await openProject(named);
  const workflowId = readRun(words, project.zoneOf, Date.now());
  const session = await openServer(project);
  try {
    const shown = await look(project, session, workflowId);
    out.answer({
      ...shown.run,
      tasks: shown.run.kind === 'chain' ? shown.tasks : undefined,
      input: shown.input,
      url: shown.url,
      lock: shown.lock,
      orders: shown.orders.orders,
    });
    const context = { out, zone: project.zoneOf(shown.run.id), now: Date.now() };
    const planNow = todaysPlan(project, shown.run);
    const lines = shown.run.kind === 'chain' ? chainLines(shown, planNow, context) : taskLines(shown, context);
    for (const line of lines) out.say(line);
    return EXIT.done;
  } finally {
    await session.close();
  }
}

async function look(project: Project, session: ServerSession, workflowId: string): Promise<ShownRun> {
  const { server } = session;
  const first = await describeRun(server, workflowId, { ask: false });
  if (first === null) throw new BadInput(unknownRun(project, workflowId));
  const snapshot = await new ProgressReader(server, workflowId, first.runId).read();
  const run = snapshot?.run ?? first;
  const [input, orders] = await Promise.all([readInput(server, run), readOrders(server, run)]);
  const lock =
    run.kind === 'task' && run.runKey !== null
      ? await lookAtLock(project, session, run, input)
      : { lock: null, lockProblem: null };
  return { run, tasks: snapshot?.tasks ?? [], input, orders, url: runUrl(session, { workflowId }), ...lock };
}

async function lookAtLock(
  project: Project,
  { server }: ServerSession,
  run: RunView,
  input: RunTaskInput | null,
): Promise<Pick<ShownRun, 'lock' | 'lockProblem'>> {
  const spec = input?.spec?.lock ?? project.registry.task(run.id)?.spec.lock;
  if (spec === false) return { lock: null, lockProblem: null };
  try {
    const locks = await openLocks(project);
    try {
      const scope = spec?.by === 'run' ? run.runKey! : (run.date ?? run.runKey!);
      return { lock: await findLock(server, locks.store, run.id, scope), lockProblem: null };
    } finally {
      locks.close();
    }
  } catch (error) {
    return { lock: null, lockProblem: (error as Error).message.split('\n')[0]! };
  }
}

function todaysPlan(project: Project, run: RunView): string | null {
  const chain = project.registry.chain(run.id);
  return run.kind === 'chain' && chain && chain.brokenBecause === undefined ? project.registry.plan(run.id).version : null;
}

function unknownRun({ registry }: Project, workflowId: string): string {
  const [id = '', key] = workflowId.split(':');
  const known = registry.chain(id) !== undefined || registry.task(id) !== undefined;
  if (!known || key === undefined)
    return `There is no run ${workflowId}.\nWhat ran lately: daychain status     What there is: daychain list`;
  return `${id} has not run for ${key}.\nRun it: daychain run ${id} --date ${key}`;
}
