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
import type { Output } from '../output.js';
import type { Act, Invocation } from '../program.js';
import { nameWidth, runName, taskLine } from '../run-lines.js';
import { readRun } from '../run-words.js';
import { openLocks, openProject, openServer, runUrl, type Project, type ServerSession } from '../session.js';
import { chainLines, taskLines } from '../show-lines.js';
import { shownState } from '../states.js';
import { watch, type WatchedEvent } from '../watch.js';

export function configure(command: Command, act: Act): void {
  command
    .argument('<run...>', 'daily-chain:20260203, or daily-chain 2026-02-03, or any workflow ID')
    .option('--watch', 'look again and again, until it has ended or Ctrl-C')
    .addHelpText(
      'after',
      `
Examples:
  daychain show daily-chain today
  daychain show daily-chain today --watch
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

async function show({ out, project: named }: Invocation, [words]: [string[]], options: { watch?: boolean }): Promise<number> {
  const project = await openProject(named);
  const workflowId = readRun(words, project.zoneOf, Date.now());
  const session = await openServer(project);
  try {
    const read = () => look(project, session, workflowId);
    const picture = (shown: ShownRun, now: number) => {
      const context = { out, zone: project.zoneOf(shown.run.id), now };
      return shown.run.kind === 'chain' ? chainLines(shown, todaysPlan(project, shown.run), context) : taskLines(shown, context);
    };
    if (options.watch) {
      const events = (shown: ShownRun, now: number) => showEvents(out, shown, project.zoneOf(shown.run.id), now);
      const isOver = ({ run }: ShownRun) => run.end !== null;
      await watch(out, session.server, { read, picture, events, isOver, answer: answerOf });
      return EXIT.done;
    }
    const shown = await read();
    out.answer(answerOf(shown));
    for (const line of picture(shown, Date.now())) out.say(line);
    return EXIT.done;
  } finally {
    await session.close();
  }
}

function answerOf({ run, tasks, input, url, lock, orders }: ShownRun): object {
  return { ...run, tasks: run.kind === 'chain' ? tasks : undefined, input, url, lock, orders: orders.orders };
}

/** The run as a whole, and each of its tasks. */
function showEvents(out: Output, { run, tasks }: ShownRun, zone: string, now: number): WatchedEvent[] {
  const width = nameWidth(tasks.map(({ task }) => task));
  const context = { out, stream: out.stdout, zone, now, nameWidth: width };
  return [
    ...tasks
      .filter(({ phase }) => phase !== 'waiting_for_upstream' && phase !== 'queued')
      .map((task) => ({
        key: task.task,
        state: `${task.status} ${task.phase} ${task.pending?.attempt ?? ''}`,
        line: taskLine(task, context).trimStart(),
      })),
    ...(run.kind === 'chain'
      ? [{ key: ':', state: run.status, line: `${runName(run)} ${shownState({ status: run.status }).word}` }]
      : []),
  ];
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
