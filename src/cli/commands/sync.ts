/** `daychain sync`: makes the schedules on the server match the files. */
import type { Command } from 'commander';
import { chosenOf, type Choice } from '../../control/choose.js';
import { missedBeforeEdit } from '../../control/next.js';
import { stepView } from '../../control/step-view.js';
import { syncProject, type SyncedStep } from '../../schedules.js';
import { formatProblems } from '../../registry/index.js';
import type { Slot } from '../../time/slots.js';
import { collected } from '../collected.js';
import { EXIT } from '../exit-codes.js';
import { missingText } from '../missing-text.js';
import type { Act, Invocation } from '../program.js';
import { scheduleText } from '../schedule-text.js';
import { slotJson } from '../slot-json.js';
import { openProject, openServer, type Project } from '../session.js';
import { labelled, widthOf } from '../table.js';

interface Options {
  dryRun?: boolean;
  tag: string[];
  confirmKeys?: boolean;
}

export function configure(command: Command, act: Act): void {
  command
    .argument('[chains...]', 'only these chains and scheduled tasks; "*" stands for any letters')
    .option('--tag <tag>', 'only what has this tag (may be repeated)', collected, [])
    .option('--dry-run', 'say what would change; change nothing')
    .option('--confirm-keys', 'also where runs, unique by date until now, would be unique by slot, or the reverse')
    .addHelpText(
      'after',
      `
Touches only schedules of this project, and never deletes one: what has left the files is paused.
A pause and note of a person stay. Does nothing at all while any file has a problem.
No edit loses a date: one that neither the old nor the new times would still run is started at once.
What earlier pauses left out is named, with the command that runs it, and not started.

Examples:
  daychain sync --dry-run
  daychain sync
  daychain sync daily-chain --confirm-keys`,
    )
    .action(act(sync));
}

async function sync({ out, project: named }: Invocation, [names]: [string[]], options: Options): Promise<number> {
  const project = await openProject(named);
  const { registry } = project;
  if (registry.problems.length > 0) {
    out.note(formatProblems(registry.problems).trimEnd());
    out.answer({ refused: 'problems', problems: registry.problems });
    return EXIT.badInput;
  }
  const session = await openServer(project);
  try {
    const { dryRun = false, confirmKeys = false } = options;
    const choice: Choice = { names, tags: options.tag };
    const steps = await syncProject(session.server, registry, { dryRun, choice, confirmed: confirmKeys });
    if (steps.length === 0) refuseNothing(project, choice);
    const now = Date.now();
    const missed = await missedBeforeEdit(session.server, steps, now);
    out.answer({ dryRun, schedules: steps.map((step) => stepJson(step, missed.get(step.id) ?? [])) });
    if (steps.length === 0) out.say(`${registry.project.name} has no schedules, neither in its files nor on the server.`);
    const labelWidth = Math.max(0, ...steps.map(({ id }) => widthOf(id))) + 3;
    for (const step of steps) {
      const zone = project.zoneOf(step.id);
      const left = missingText(step.id, missed.get(step.id) ?? [], zone, now);
      const text = [scheduleText(step, zone, now, dryRun), ...left].join('\n');
      for (const line of labelled(step.id, text, { labelWidth, width: out.width, indent: 0 })) out.say(line);
    }
    return steps.some(({ change, unconfirmed }) => change === 'foreign' || unconfirmed) ? EXIT.refused : EXIT.done;
  } finally {
    await session.close();
  }
}

/** A name or tag that nothing has is a mistake; that a project has no schedules is not. */
function refuseNothing({ registry }: Project, choice: Choice): void {
  if (choice.names.length + choice.tags.length > 0) chosenOf(choice, registry.schedules(), 'schedule');
}

function stepJson(step: SyncedStep, missed: readonly Slot[]) {
  return { ...stepView(step), started: step.started.map(slotJson), missing: missed.map(slotJson) };
}
