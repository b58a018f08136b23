/** `daychain check`: everything that is wrong with the project's files, at once. Starts and changes nothing. */
import type { Command } from 'commander';
import { checkView } from '../../control/definition-views.js';
import { formatProblems } from '../../registry/index.js';
import { EXIT } from '../exit-codes.js';
import type { Act, Invocation } from '../program.js';
import { openProject } from '../session.js';

export function configure(command: Command, act: Act): void {
  command
    .addHelpText('after', '\nExit code 2 if anything is wrong.\n\nExamples:\n  daychain check\n  daychain check --json')
    .action(act(check));
}

async function check({ out, project: named }: Invocation): Promise<number> {
  const { registry, dir } = await openProject(named);
  const { problems } = registry;
  const view = checkView(registry);
  const { project, chains, tasks, retryables, settings: wrongSettings, disabled } = view;
  out.answer({ ...view, dir });
  if (problems.length > 0) {
    out.say(formatProblems(problems).trimEnd());
  }
  if (wrongSettings.length > 0) {
    out.say(`${problems.length > 0 ? '\n' : ''}Settings, as they are here:`);
    for (const line of wrongSettings) out.say(`  ${line}`);
  }
  if (problems.length + wrongSettings.length > 0) return EXIT.badInput;
  out.say(
    `${project}: ${counted(chains, 'chain')}, ${counted(tasks, 'task')}, ${retryables > 0 ? `${counted(retryables, 'retryable')}, ` : ''}no problems.`,
  );
  for (const { task, reason } of disabled) out.say(`  ${task} is ${reason} here`);
  return EXIT.done;
}

function counted(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? '' : 's'}`;
}
