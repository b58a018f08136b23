/** `daychain rerun`: the same run key once more. */
import { type Command, Option } from 'commander';
import { BadInput } from '../../control/errors.js';
import { definitionsOf, rerun as startRerun, type RerunWish } from '../../control/rerun.js';
import { EXIT } from '../exit-codes.js';
import { endLines, exitOf, followRun } from '../follow.js';
import type { Act, Invocation } from '../program.js';
import { readRun, unknownEntry } from '../../control/run-words.js';
import { openProject, openServer, runUrl } from '../session.js';
import { labelled } from '../table.js';

interface Options {
  from?: string;
  only?: string;
  all?: boolean;
  skipped?: boolean;
  reason?: string;
  wait?: boolean;
}

export function configure(command: Command, act: Act): void {
  const others = (own: string) => ['from', 'only', 'all', 'skipped'].filter((name) => name !== own);
  command
    .argument('<run...>', 'daily-chain:20260203, or daily-chain 2026-02-03')
    .addOption(new Option('--from <task>', 'this task and all that depend on it').conflicts(others('from')))
    .addOption(new Option('--only <task>', 'this task alone').conflicts(others('only')))
    .addOption(new Option('--all', 'every task').conflicts(others('all')))
    .addOption(new Option('--skipped', 'what was skipped, and what did not succeed').conflicts(others('skipped')))
    .option('--reason <text>', 'why; needed where something is repeated that was done')
    .option('--wait', 'show how it goes, until it has ended')
    .addHelpText(
      'after',
      `
Without --from, --only, --all or --skipped: what did not succeed. Params stay those of the run;
code and chain are those of today's files.

Examples:
  daychain rerun daily-chain:20260203 --wait
  daychain rerun daily-chain yesterday --from task_rag_indexing --reason "new index"`,
    )
    .action(act(rerun));
}

async function rerun({ out, project: named }: Invocation, [words]: [string[]], options: Options): Promise<number> {
  const project = await openProject(named);
  const { registry } = project;
  const workflowId = readRun(words, project.zoneOf, Date.now());
  const id = workflowId.split(':')[0]!;
  if (registry.chain(id) === undefined && registry.task(id) === undefined) throw new BadInput(unknownEntry(registry, id));
  const session = await openServer(project);
  try {
    const { server } = session;
    const started = await startRerun(server, definitionsOf(registry), workflowId, wishOf(options));
    if (started.outcome === 'nothing_to_do') {
      out.say(`${workflowId.replace(':', ' ')} has nothing left to run: all of it is done.`);
      out.say(`Repeat it all the same: daychain rerun ${workflowId} --all --reason "…"`);
      out.answer(started);
      return EXIT.done;
    }
    const { repeats, stale } = started;
    const tell = options.wait ? (line: string) => out.note(line) : (line: string) => out.say(line);
    tell(`${workflowId.replace(':', ' ')} started again.`);
    const lines = [...labelled('runs', repeats.join(', '), { labelWidth: 8, width: out.width })];
    if (stale.length > 0) {
      lines.push(
        ...labelled('stale', `${stale.join(', ')}: done with what is repeated now`, { labelWidth: 8, width: out.width }),
      );
    }
    for (const line of lines) tell(line);
    const url = runUrl(session, started);
    if (!options.wait) {
      out.say(`See how it goes: daychain show ${workflowId}`);
      out.answer({ ...started, url });
      return EXIT.done;
    }
    const names = [...(registry.chain(id)?.placements.keys() ?? [])];
    const view = await followRun(out, server, started, { zone: project.zoneOf(id), names });
    for (const line of endLines(out, view)) out.say(line);
    out.answer({ ...started, url, status: view.status, result: view.result, message: view.message });
    return exitOf(view);
  } finally {
    await session.close();
  }
}

function wishOf(options: Options): RerunWish {
  const reason = options.reason ?? null;
  if (options.from !== undefined) return { mode: 'from', task: options.from, reason };
  if (options.only !== undefined) return { mode: 'only', task: options.only, reason };
  return { mode: options.all ? 'all' : options.skipped ? 'skipped' : 'unsuccessful', reason };
}
