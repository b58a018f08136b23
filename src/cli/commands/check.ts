/** `daychain check`: everything that is wrong with the project's files, at once. Starts and changes nothing. */
import type { Command } from 'commander';
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
  const { problems, project } = registry;
  const chains = registry.chainIds().length;
  const tasks = registry.taskIds().length;
  out.answer({ project: project.name, dir, chains, tasks, problems });
  if (problems.length > 0) {
    out.say(formatProblems(problems).trimEnd());
    return EXIT.badInput;
  }
  out.say(`${project.name}: ${counted(chains, 'chain')}, ${counted(tasks, 'task')}, no problems.`);
  return EXIT.done;
}

function counted(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? '' : 's'}`;
}
