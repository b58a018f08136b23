/** `daychain run`: a chain or task for a date, once. */
import type { Command } from 'commander';
import { describeRun } from '../../control/describe-run.js';
import { BadInput } from '../../control/errors.js';
import type { Server } from '../../control/server.js';
import { startChain, startTask, type Started } from '../../control/start.js';
import type { Asked, JsonObject } from '../../plan/types.js';
import { collected } from '../collected.js';
import { EXIT } from '../exit-codes.js';
import { endLines, exitOf, followRun } from '../follow.js';
import { noteNoWorker } from '../no-worker.js';
import type { Act, Invocation } from '../program.js';
import { runName } from '../run-lines.js';
import { runTagged } from '../run/tagged.js';
import { findEntry, readDate, type NamedEntry } from '../../control/run-words.js';
import { openProject, openServer, runUrl, type Project } from '../session.js';
import { shownState } from '../states.js';
import { whenText } from '../../control/when-text.js';
import { readParamWords } from '../typed-params.js';

interface Options {
  date?: string;
  slot?: string;
  params: string[];
  tag: string[];
  wait?: boolean;
  force?: boolean;
  reason?: string;
}

export function configure(command: Command, act: Act): void {
  command
    .argument('[id]', 'a chain or a task')
    .option('--tag <tag>', 'instead of one: every chain and task with this tag (may be repeated)', collected, [])
    .option('--date <date>', 'the date it is for: 20260203, 2026-02-03, today, yesterday (default: today)')
    .option('--slot <instant>', 'the slot, for chains that run several times a day: 2026-02-03T05:15:00Z')
    .option(
      '--params <params>',
      'JSON, or name=value (may be repeated); for a chain {"task": {…}} or task.name=value',
      collected,
      [],
    )
    .option('--wait', 'show how it goes, until it has ended')
    .option('--force', 'repeat what is done already')
    .option('--reason <text>', 'why; kept with the run, with who (needed for --force)')
    .addHelpText(
      'after',
      `
A run that is there already is not repeated: exit code 0, and what it is doing.

Examples:
  daychain run daily-chain --wait
  daychain run task_mail --date 2026-02-03 --params '{"limit": 10}'
  daychain run daily-chain --params task_mail.limit=10 --params task_mail.language=fr
  daychain run --tag nightly --date yesterday
  daychain run daily-chain --date yesterday --force --reason "the archive was empty"`,
    )
    .action(act(run));
}

async function run({ out, project: named }: Invocation, [id]: [string | undefined], options: Options): Promise<number> {
  const project = await openProject(named);
  if (options.tag.length > 0) {
    return await runTagged(out, project, { tags: options.tag, date: dateForTag(id, options), reason: options.reason ?? null });
  }
  if (id === undefined) throw new BadInput('What? Name a chain or a task, or --tag.\nSee all: daychain list');
  const entry = findEntry(project.registry, id);
  const input = readInput(project, entry, options);
  const session = await openServer(project);
  try {
    const server = { ...session.server, reason: options.reason ?? null };
    const started = await start(server, project, entry, input, forced(options, server));
    const url = runUrl(session, started);
    if (options.wait) {
      const names = entry.kind === 'chain' ? [...project.registry.chain(id)!.placements.keys()] : [id];
      if (started.outcome !== 'completed') await noteNoWorker(out, server);
      const view = await followRun(out, server, started, { zone: project.zoneOf(id), names });
      for (const line of endLines(out, view)) out.say(line);
      out.answer({ ...started, url, status: view.status, result: view.result, message: view.message });
      return exitOf(view);
    }
    const view = started.outcome === 'completed' ? await describeRun(server, started.workflowId, { ask: false }) : null;
    out.say(startedText(project, started, view));
    out.answer({ ...started, url, ...(view ? { status: view.status, result: view.result } : {}) });
    if (started.outcome !== 'completed') await noteNoWorker(out, server);
    return EXIT.done;
  } finally {
    await session.close();
  }
}

interface WhenAndParams {
  date?: string;
  scheduledFor?: string;
  params?: JsonObject;
}

/** Of many runs only the date is common. */
function dateForTag(id: string | undefined, { slot, params, force, date }: Options): string {
  const other = [
    ...(id === undefined ? [] : [id]),
    ...(slot === undefined ? [] : ['--slot']),
    ...(params.length === 0 ? [] : ['--params']),
    ...(force ? ['--force'] : []),
  ];
  if (other.length > 0) throw new BadInput(`--tag stands for several runs; ${other[0]} goes with one.`);
  return date ?? 'today';
}

function readInput(project: Project, entry: NamedEntry, options: Options): WhenAndParams {
  const { id } = entry;
  const params = readParamWords(project.registry, entry, options.params);
  if (options.date !== undefined && options.slot !== undefined)
    throw new BadInput('--date and --slot exclude each other: a slot has its date.');
  if (options.slot !== undefined && Number.isNaN(Date.parse(options.slot))) {
    throw new BadInput(`--slot ${options.slot} is no instant; write it in UTC, like 2026-02-03T05:15:00Z`);
  }
  return {
    ...(options.slot === undefined
      ? { date: readDate(options.date ?? 'today', project.zoneOf(id), Date.now()) }
      : { scheduledFor: new Date(options.slot).toISOString() }),
    ...(params === undefined ? {} : { params }),
  };
}

function forced(options: Options, server: Server): Asked | undefined {
  if (!options.force) return undefined;
  if (!options.reason) throw new BadInput('--force repeats what is done already. Say why: --reason "…"');
  return { by: server.by, reason: options.reason };
}

async function start(
  server: Server,
  { registry }: Project,
  { kind, id }: NamedEntry,
  { params, ...when }: WhenAndParams,
  force: Asked | undefined,
): Promise<Started> {
  if (kind === 'task') {
    const input = registry.resolveTask({ task: id, ...when, ...(params ? { params } : {}) });
    if ('problem' in input) throw new BadInput(input.problem);
    return await startTask(server, input, force);
  }
  const input = registry.resolveChain({
    chain: id,
    ...when,
    ...(params ? { params: params as Record<string, JsonObject> } : {}),
    ...(force ? { rerun: { ...force, mode: 'all' as const } } : {}),
  });
  if ('problem' in input) throw new BadInput(input.problem);
  return await startChain(server, input);
}

function startedText(project: Project, started: Started, view: Awaited<ReturnType<typeof describeRun>>): string {
  const { workflowId, outcome } = started;
  const name = view === null ? workflowId.replace(':', ' ') : runName(view);
  switch (outcome) {
    case 'started':
      return `${name} started.\nSee how it goes: daychain show ${workflowId}`;
    case 'running':
      return `${name} is running already; nothing was started.\nSee how it goes: daychain show ${workflowId}`;
    case 'completed': {
      const word = view === null ? 'done' : shownState({ status: view.status, kind: view.result?.kind ?? null }).word;
      const when = view?.closed ? `, ${whenText(view.closed, project.zoneOf(view.id), Date.now())}` : '';
      return `${name} is done already (${word}${when}); nothing was started.\nRepeat it all the same: daychain rerun ${workflowId} --all --reason "…"`;
    }
  }
}
