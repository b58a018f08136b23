/** `daychain cancel`: stops a run. */
import type { Command } from 'commander';
import { cancelRun } from '../../control/cancel.js';
import { EXIT } from '../exit-codes.js';
import { followRun } from '../follow.js';
import type { Act, Invocation } from '../program.js';
import { runName, tookText } from '../run-lines.js';
import { readRun } from '../../control/run-words.js';
import { openProject, openServer } from '../session.js';
import { shownState } from '../states.js';

interface Options {
  reason: string;
  wait: boolean;
}

export function configure(command: Command, act: Act): void {
  command
    .argument('<run...>', 'daily-chain:20260203, or daily-chain 2026-02-03')
    .requiredOption('--reason <text>', 'why; the history keeps it, and who')
    .option('--no-wait', 'only ask; do not wait until it has stopped')
    .addHelpText(
      'after',
      `
A task learns of it through ctx.signal and has 10 seconds to stop; its lock is released.
Cancelling a chain cancels its open tasks; cancelling a task leaves the rest of its chain alone.

Examples:
  daychain cancel daily-chain:20260203 --reason "wrong input"`,
    )
    .action(act(cancel));
}

async function cancel({ out, project: named }: Invocation, [words]: [string[]], options: Options): Promise<number> {
  const project = await openProject(named);
  const workflowId = readRun(words, project.zoneOf, Date.now());
  const session = await openServer(project);
  try {
    const { server } = session;
    const asked = await cancelRun(server, workflowId, options.reason);
    if (asked.outcome === 'already') {
      out.say(`${workflowId.replace(':', ' ')} was cancelled before.`);
      out.answer(asked);
      return EXIT.done;
    }
    if (!options.wait) {
      out.say(`${workflowId.replace(':', ' ')} is told to stop.\nSee it: daychain show ${workflowId}`);
      out.answer(asked);
      return EXIT.done;
    }
    const view = await followRun(out, server, asked, { zone: project.zoneOf(workflowId.split(':')[0]!) });
    out.answer({ ...asked, status: view.status, result: view.result, message: view.message });
    const state = shownState({ status: view.status, kind: view.result?.kind ?? null });
    const word = out.paint(state.colour, state.word);
    if (view.status === 'cancelled') {
      out.say(`${runName(view)} ${word} after ${tookText({ started: view.started, finished: view.closed }, Date.now())}.`);
      return EXIT.done;
    }
    out.say(`${runName(view)} ${word} before the cancellation reached it.`);
    return EXIT.refused;
  } finally {
    await session.close();
  }
}
