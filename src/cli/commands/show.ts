/** `daychain show`: one run, as the server knows it. */
import type { Command } from 'commander';
import type { RunView } from '../../control/describe-run.js';
import { itemsOf, tenthOf } from '../../control/items.js';
import { showRun, type ShownRun } from '../../control/show-run.js';
import { EXIT } from '../exit-codes.js';
import type { Output } from '../output.js';
import type { Act, Invocation } from '../program.js';
import { nameWidth, runName, taskLine } from '../run-lines.js';
import { readRun } from '../../control/run-words.js';
import { openLocks, openProject, openServer, type LockSession, type Project, type ServerSession } from '../session.js';
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
        state: `${task.status} ${task.phase} ${task.pending?.attempt ?? ''} ${tenthOf(itemsOf(task.pending?.progress))}`,
        line: taskLine(task, context).trimStart(),
      })),
    ...(run.kind === 'chain'
      ? [{ key: ':', state: run.status, line: `${runName(run)} ${shownState({ status: run.status }).word}` }]
      : []),
  ];
}

async function look(project: Project, { server, ui }: ServerSession, workflowId: string): Promise<ShownRun> {
  let locks: LockSession | null = null;
  try {
    return await showRun({
      server,
      ui,
      workflowId,
      lockOf: (task) => project.registry.task(task)?.spec.lock,
      openLocks: async () => (locks = await openLocks(project)).store,
    });
  } finally {
    (locks as LockSession | null)?.close();
  }
}

function todaysPlan(project: Project, run: RunView): string | null {
  const chain = project.registry.chain(run.id);
  return run.kind === 'chain' && chain && chain.brokenBecause === undefined ? project.registry.plan(run.id).version : null;
}
