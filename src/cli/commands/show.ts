/** `daychain show`: one run, as the server knows it. */
import type { Command } from 'commander';
import type { RunView } from '../../control/describe-run.js';
import { showRun, type ShownRun } from '../../control/show-run.js';
import { EXIT } from '../exit-codes.js';
import type { Act, Invocation } from '../program.js';
import { readRun } from '../run-words.js';
import { openLocks, openProject, openServer, type LockSession, type Project, type ServerSession } from '../session.js';
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
