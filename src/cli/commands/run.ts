/** `daychain run`: a chain or task for a date, once. */
import type { Command } from 'commander';
import { describeRun } from '../../control/describe-run.js';
import { BadInput } from '../../control/errors.js';
import type { Server } from '../../control/server.js';
import { startChain, startTask, type Started } from '../../control/start.js';
import type { Asked, JsonObject } from '../../plan/types.js';
import { EXIT } from '../exit-codes.js';
import { endLines, exitOf, followRun } from '../follow.js';
import { noteNoWorker } from '../no-worker.js';
import type { Act, Invocation } from '../program.js';
import { runName } from '../run-lines.js';
import { findEntry, readDate, readParams, type NamedEntry } from '../run-words.js';
import { openProject, openServer, runUrl, type Project } from '../session.js';
import { shownState } from '../states.js';
import { whenText } from '../times.js';

interface Options {
  date?: string;
  slot?: string;
  params?: string;
  wait?: boolean;
  force?: boolean;
  reason?: string;
}

export function configure(command: Command, act: Act): void {
  command
    .argument('<id>', 'a chain or a task')
    .option('--date <date>', 'the date it is for: 20260203, 2026-02-03, today, yesterday (default: today)')
    .option('--slot <instant>', 'the slot, for chains that run several times a day: 2026-02-03T05:15:00Z')
    .option('--params <json>', 'params of the task; for a chain: {"task": {…}}')
    .option('--wait', 'show how it goes, until it has ended')
    .option('--force', 'repeat what is done already')
    .option('--reason <text>', 'why, for --force')
    .addHelpText(
      'after',
      `
A run that is there already is not repeated: exit code 0, and what it is doing.

Examples:
  daychain run daily-chain --wait
  daychain run task_mail --date 2026-02-03 --params '{"limit": 10}'
  daychain run daily-chain --date yesterday --force --reason "the archive was empty"`,
    )
    .action(act(run));
}

async function run({ out, project: named }: Invocation, [id]: [string], options: Options): Promise<number> {
  const project = await openProject(named);
  const entry = findEntry(project.registry, id);
  const input = readInput(project, entry, options);
  const session = await openServer(project);
  try {
    const { server } = session;
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

function readInput(project: Project, { id }: NamedEntry, options: Options): WhenAndParams {
  if (options.date !== undefined && options.slot !== undefined)
    throw new BadInput('--date and --slot exclude each other: a slot has its date.');
  if (options.slot !== undefined && Number.isNaN(Date.parse(options.slot))) {
    throw new BadInput(`--slot ${options.slot} is no instant; write it in UTC, like 2026-02-03T05:15:00Z`);
  }
  return {
    ...(options.slot === undefined
      ? { date: readDate(options.date ?? 'today', project.zoneOf(id), Date.now()) }
      : { scheduledFor: new Date(options.slot).toISOString() }),
    ...(options.params === undefined ? {} : { params: readParams(options.params) }),
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
