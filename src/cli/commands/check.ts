/** `daychain check`: everything that is wrong with the project's files, at once. Starts and changes nothing. */
import type { Command } from 'commander';
import { formatProblems } from '../../registry/index.js';
import { disabledTasks } from '../doctor/project-settings.js';
import { EXIT } from '../exit-codes.js';
import type { Act, Invocation } from '../program.js';
import { openProject } from '../session.js';

export function configure(command: Command, act: Act): void {
  command.action(act(check));
}

async function check({ out, project: named }: Invocation): Promise<number> {
  const { registry, dir } = await openProject(named);
  const { problems, project } = registry;
  const chains = registry.chainIds().length;
  const tasks = registry.taskIds().length;
  const wrongSettings = registry.settings.flatMap(({ problem }) => problem ?? []);
  const disabled = disabledTasks(registry);
  out.answer({ project: project.name, dir, chains, tasks, problems, settings: wrongSettings, disabled });
  if (problems.length > 0) {
    out.say(formatProblems(problems).trimEnd());
  }
  if (wrongSettings.length > 0) {
    out.say(`${problems.length > 0 ? '\n' : ''}Settings, as they are here:`);
    for (const line of wrongSettings) out.say(`  ${line}`);
  }
  if (problems.length + wrongSettings.length > 0) return EXIT.badInput;
  out.say(`${project.name}: ${counted(chains, 'chain')}, ${counted(tasks, 'task')}, no problems.`);
  for (const { task, reason } of disabled) out.say(`  ${task} is ${reason} here`);
  return EXIT.done;
}

function counted(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? '' : 's'}`;
}
