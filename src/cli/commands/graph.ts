/** `daychain graph`: what depends on what in a chain, drawn; with --run as that run stands. */
import { type Command, Option } from 'commander';
import { describeRun } from '../../control/describe-run.js';
import { BadInput } from '../../control/errors.js';
import { graphOf, layoutGraph } from '../../control/graph-layout.js';
import { ProgressReader } from '../../control/progress.js';
import { readInput } from '../../control/run-input.js';
import { EXIT } from '../exit-codes.js';
import type { DrawnTask } from '../graph/drawn-task.js';
import type { Act, Invocation } from '../program.js';
import { findEntry, readRun } from '../../control/run-words.js';
import { openProject, openServer, type Project } from '../session.js';

interface Options {
  format: 'text' | 'mermaid' | 'svg';
  run?: string;
}

export function configure(command: Command, act: Act): void {
  command
    .argument('<chain>', 'a chain of the project')
    .addOption(
      new Option('--format <form>', 'text for the terminal, mermaid for Markdown, svg for a browser')
        .choices(['text', 'mermaid', 'svg'])
        .default('text'),
    )
    .option('--run <run>', 'show the states of a run: a date, today, yesterday, or a run key')
    .addHelpText(
      'after',
      `
Left is first. A rule other than all_success stands behind the task's name. What does not fit 100
columns is an indented list, in an order in which the tasks can run. Asks no server without --run.

Examples:
  daychain graph daily-chain
  daychain graph daily-chain --run yesterday
  daychain graph daily-chain --format svg > daily-chain.svg
  daychain graph daily-chain --format mermaid`,
    )
    .action(act(graph));
}

async function graph({ out, project: named }: Invocation, [id]: [string], { format, run }: Options): Promise<number> {
  const project = await openProject(named);
  const { tasks, workflowId } = run === undefined ? ofFiles(project, id) : await ofRun(project, id, run);
  if (out.json) {
    const layout = layoutGraph(graphOf(tasks), { sizeOf: (task) => ({ width: 24 + 8 * task.length, height: 32 }) });
    out.answer({
      chain: id,
      run: workflowId,
      tasks: tasks.map(({ state, ...task }) => ({
        ...task,
        status: state?.status ?? null,
        kind: state?.kind ?? null,
        phase: state?.phase ?? null,
      })),
      layout,
    });
    return EXIT.done;
  }
  for (const line of await linesOf(out, format, tasks, workflowId ?? id)) out.say(line);
  return EXIT.done;
}

async function linesOf(out: Invocation['out'], format: Options['format'], tasks: DrawnTask[], title: string): Promise<string[]> {
  switch (format) {
    case 'text':
      return (await import('../graph/text.js')).graphLines(out, tasks);
    case 'mermaid':
      return [(await import('../graph/mermaid.js')).mermaidText(tasks)];
    case 'svg':
      return [(await import('../graph/svg.js')).svgText(tasks, title)];
  }
}

interface Drawn {
  tasks: DrawnTask[];
  /** Null: as the files have it. */
  workflowId: string | null;
}

function ofFiles(project: Project, id: string): Drawn {
  const { registry } = project;
  if (findEntry(registry, id).kind === 'task') {
    const [of] = registry.chainsOf(id);
    throw new BadInput(
      `"${id}" is a task, not a chain.${of === undefined ? '\nSee all: daychain list' : ` Its chain: daychain graph ${of}`}`,
    );
  }
  const placements = [...registry.chain(id)!.placements];
  return {
    tasks: placements.map(([task, { dependsOn, runWhen }]) => ({ id: task, dependsOn, runWhen, state: null })),
    workflowId: null,
  };
}

/** An open run keeps the plan it began with: that is what is drawn. */
async function ofRun(project: Project, id: string, words: string): Promise<Drawn> {
  const workflowId = readRun(words.startsWith(`${id}:`) ? [words] : [id, words], project.zoneOf, Date.now());
  const session = await openServer(project);
  try {
    const run = await describeRun(session.server, workflowId, { ask: false });
    if (run === null) throw new BadInput(`${workflowId} has not run.\nWhat has: daychain history ${id}`);
    const [input, snapshot] = await Promise.all([
      readInput(session.server, run),
      new ProgressReader(session.server, workflowId, run.runId).read(),
    ]);
    const states = new Map((snapshot?.tasks ?? []).map((task) => [task.task, task]));
    const planned = input?.plan?.tasks ?? ofFiles(project, id).tasks;
    return {
      tasks: planned.map(({ id: task, dependsOn, runWhen }) => ({
        id: task,
        dependsOn,
        runWhen,
        state: states.get(task) ?? null,
      })),
      workflowId,
    };
  } finally {
    await session.close();
  }
}
