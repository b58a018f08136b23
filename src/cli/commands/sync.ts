/** `daychain sync`: makes the schedules on the server match the files. */
import type { Command } from 'commander';
import { syncProject, type SyncedStep } from '../../schedules.js';
import { formatProblems } from '../../registry/index.js';
import { EXIT } from '../exit-codes.js';
import type { Act, Invocation } from '../program.js';
import { scheduleText } from '../schedule-text.js';
import { openProject, openServer } from '../session.js';
import { labelled, widthOf } from '../table.js';

interface Options {
  dryRun?: boolean;
}

export function configure(command: Command, act: Act): void {
  command
    .option('--dry-run', 'say what would change; change nothing')
    .addHelpText(
      'after',
      `
Touches only schedules of this project, and never deletes one: what has left the files is paused.
A pause and note of a person stay. Does nothing at all while any file has a problem.`,
    )
    .action(act(sync));
}

async function sync({ out, project: named }: Invocation, _: [], options: Options): Promise<number> {
  const project = await openProject(named);
  const { registry } = project;
  if (registry.problems.length > 0) {
    out.note(formatProblems(registry.problems).trimEnd());
    out.answer({ refused: 'problems', problems: registry.problems });
    return EXIT.badInput;
  }
  const session = await openServer(project);
  try {
    const steps = await syncProject(session.server.client, registry, options);
    out.answer({ dryRun: options.dryRun ?? false, schedules: steps.map(stepJson) });
    if (steps.length === 0) out.say(`${registry.project.name} has no schedules, neither in its files nor on the server.`);
    const labelWidth = Math.max(0, ...steps.map(({ id }) => widthOf(id))) + 3;
    for (const step of steps) {
      const text = scheduleText(step, project.zoneOf(step.id), Date.now(), options.dryRun ?? false);
      for (const line of labelled(step.id, text, { labelWidth, width: out.width, indent: 0 })) out.say(line);
    }
    return steps.some(({ change }) => change === 'foreign') ? EXIT.refused : EXIT.done;
  } finally {
    await session.close();
  }
}

function stepJson({ id, change, sentence, after, existing }: SyncedStep) {
  return {
    id,
    change,
    sentence,
    owner: existing?.project ?? null,
    paused: after?.paused ?? false,
    note: after?.note ?? null,
    next: after?.next ?? [],
  };
}
