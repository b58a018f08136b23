/** `daychain list`: the chains and tasks of the project, as its files have them. Asks no server. */
import type { Command } from 'commander';
import { chainView, type ChainView, retryableView, taskView } from '../../control/definition-views.js';
import { durationText } from '../../plan/duration.js';
import type { Registry } from '../../registry/index.js';
import { EXIT } from '../exit-codes.js';
import type { Output } from '../output.js';
import type { Act, Invocation } from '../program.js';
import { disabledNotices } from '../notices/disabled.js';
import { openProject } from '../session.js';
import { isolatedText } from '../isolated-text.js';
import { padded, shortened, table, widthOf } from '../table.js';

export function configure(command: Command, act: Act): void {
  command.addHelpText('after', '\nExamples:\n  daychain list\n  daychain list --json').action(act(list));
}

async function list({ out, project: named }: Invocation): Promise<number> {
  const project = await openProject(named);
  const { registry, dir } = project;
  const chains = registry.chainIds().map((id) => chainView(registry, id));
  const tasks = registry.taskIds().map((id) => taskView(registry, id));
  const retryables = registry.retryableIds().map((id) => retryableView(registry, id));
  out.answer({ project: registry.project.name, timezone: registry.project.timezone, dir, chains, tasks, retryables });
  out.say(`${registry.project.name} · ${registry.project.timezone}`);
  for (const chain of chains) sayChain(out, registry, chain);
  const alone = tasks.filter((task) => task.chains.length === 0);
  if (alone.length > 0) {
    out.say('\nTasks in no chain');
    for (const line of table(
      alone.map(({ id, when, summary, problem, disabled, isolate }) => [
        `  ${id}`,
        problem ?? disabled ?? when ?? 'by hand',
        [summary, isolatedText(isolate)].filter(Boolean).join(' · '),
      ]),
    )) {
      out.say(shortened(line, out.width));
    }
  }
  if (retryables.length > 0) {
    out.say('\nRetryables');
    const rows = retryables.map(({ id, retries, delayMs, problem, summary }) => [
      `  ${id}`,
      problem?.split('\n')[0] ?? `${retries} more ${retries === 1 ? 'try' : 'tries'}, ${durationText(delayMs)} apart`,
      summary ?? '',
    ]);
    for (const line of table(rows)) out.say(shortened(line, out.width));
  }
  for (const line of disabledNotices(project)) out.note(line);
  if (chains.length + tasks.length + retryables.length === 0) {
    out.say(`\nNothing yet. A task is one file in ${dir}/tasks, a chain one in ${dir}/chains.`);
  }
  if (registry.problems.length > 0) out.note(`\nThe files have problems: daychain check`);
  return EXIT.done;
}

function sayChain(out: Output, registry: Registry, chain: ChainView): void {
  out.say();
  const when = chain.problem === null ? (chain.when ?? 'by hand') : `cannot run: ${chain.problem.split('\n')[0]}`;
  out.say(shortened(`${chain.id}   ${when}`, out.width));
  if (chain.summary) out.say(shortened(`  ${chain.summary}`, out.width));
  const width = Math.min(44, Math.max(0, ...chain.tasks.map(({ id }) => widthOf(id))));
  for (const { id, dependsOn, runWhen } of chain.tasks) {
    const task = registry.task(id);
    const after =
      dependsOn.length === 0 ? '' : `after ${dependsOn.join(', ')}${runWhen === 'all_success' ? '' : ` (${runWhen})`}`;
    const isolated = isolatedText(task?.spec.isolate ?? null);
    const what =
      task?.brokenBecause === undefined
        ? (task?.disabledBecause ?? [after, isolated].filter(Boolean).join(' · '))
        : `cannot run: ${task.brokenBecause.split('\n')[0]}`;
    out.say(shortened(`  ${padded(id, width)}   ${what}`.trimEnd(), out.width));
  }
}
