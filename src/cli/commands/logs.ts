/** `daychain logs`: what a run's tasks said, from the files of the workers on this machine. */
import { readdirSync } from 'node:fs';
import type { Command } from 'commander';
import { connectionProblem } from '../../control/connection-problem.js';
import { describeRun } from '../../control/describe-run.js';
import { BadInput } from '../../control/errors.js';
import { attemptWorkers, readLogScope, type LogScope } from '../../control/log-scope.js';
import { LOG_LEVELS, type LogLevel, type LogLine, type LogQuery } from '../../observability/log-lines.js';
import { followRunLog, readRunLog } from '../../observability/run-log.js';
import type { Server } from '../../control/server.js';
import { EXIT } from '../exit-codes.js';
import { LogPrinter } from '../log-lines.js';
import type { Output } from '../output.js';
import { shortenedPath } from '../paths.js';
import { Interrupted, toldProblem } from '../problems.js';
import type { Act, Invocation } from '../program.js';
import { nameWidth } from '../run-lines.js';
import { readRun } from '../../control/run-words.js';
import { logsOf, openProject, openServer, type Project, type ServerSession } from '../session.js';
import { shownZone } from '../../control/when-text.js';

interface Options {
  follow?: true;
  level?: string;
  attempt?: string;
}

export function configure(command: Command, act: Act): void {
  command
    .argument('<run...>', 'daily-chain:20260203, or daily-chain 2026-02-03')
    .option('--follow', 'go on until the run has ended')
    .option('--level <level>', `this level and above: ${LOG_LEVELS.join(', ')}`)
    .option('--attempt <n>', 'only this attempt')
    .addHelpText(
      'after',
      `
Lines of ctx.log, of the console, of programs, and of daychain about the attempts. A chain's run has those of
its tasks. With --json: one JSON object per line. They lie where the worker of "up" runs, in .daychain/logs,
for up to two weeks; a worker of its own writes to stdout, or where --log-dir says.

Examples:
  daychain logs task_rag_indexing yesterday
  daychain logs daily-chain:20260203 --level warn
  daychain logs task_mail today --follow`,
    )
    .action(act(logs));
}

async function logs({ out, project: named }: Invocation, [words]: [string[]], options: Options): Promise<number> {
  const wanted = readOptions(options);
  const project = await openProject(named);
  const workflowId = readRun(words, project.zoneOf, Date.now());
  const session = options.follow ? await openServer(project) : await serverIfThere(out, project);
  try {
    const scope = await readLogScope(session?.server ?? null, project.registry, workflowId);
    if (options.follow && scope.run === null) throw new BadInput(unknownRun(workflowId));
    const query: LogQuery = { runs: scope.runs, ...wanted };
    const print = printer(out, project, scope);
    const found = options.follow
      ? await follow(out, project, session!.server, scope, query, print)
      : await all(project, query, print);
    if (found) return EXIT.done;
    if (session !== null && scope.run === null) throw new BadInput(unknownRun(workflowId));
    for (const line of await nothingLines(project, session?.server ?? null, scope, query)) out.note(line);
    return EXIT.done;
  } finally {
    await session?.close();
  }
}

/** Lines lie here whether or not the server answers. */
async function serverIfThere(out: Output, project: Project): Promise<ServerSession | null> {
  try {
    return await openServer(project);
  } catch (error) {
    const { exit, message } = toldProblem(error);
    if (exit !== EXIT.unreachable) throw error;
    out.note(`${message.split('\n')[0]} What lies here is shown all the same.`);
    return null;
  }
}

async function all(project: Project, query: LogQuery, print: (line: LogLine) => void): Promise<boolean> {
  let [after, found]: [string | null, boolean] = [null, false];
  for (let more = true; more;) {
    const page = await readRunLog(logsOf(project), project.registry.project.name, query, { after });
    ({ after, more } = page);
    found ||= page.lines.length > 0;
    page.lines.forEach(print);
  }
  return found;
}

/** @throws Interrupted on Ctrl-C; the run goes on */
async function follow(
  out: Output,
  project: Project,
  server: Server,
  { workflowId }: LogScope,
  query: LogQuery,
  print: (line: LogLine) => void,
): Promise<boolean> {
  const stop = new AbortController();
  const interrupt = () => stop.abort();
  process.once('SIGINT', interrupt);
  let found = false;
  try {
    const isOver = overAsked(server, workflowId);
    const options = { isOver, signal: stop.signal };
    for await (const { lines } of followRunLog(logsOf(project), project.registry.project.name, query, options)) {
      found ||= lines.length > 0;
      lines.forEach(print);
      if (!found) out.note(`No lines of ${workflowId} in ${shortenedPath(logsOf(project))} yet. Ctrl-C ends the wait.`);
    }
  } finally {
    process.removeListener('SIGINT', interrupt);
  }
  if (stop.signal.aborted) throw new Interrupted(`Not followed any longer; ${workflowId} goes on.`);
  return found;
}

/** A server that restarts is waited for; one that is gone for longer than this is told of. Milliseconds. */
const PATIENCE_MS = 30_000;

function overAsked(server: Server, workflowId: string): () => Promise<boolean> {
  let awaySince: number | null = null;
  return async () => {
    try {
      const run = await describeRun(server, workflowId, { ask: false });
      awaySince = null;
      return run === null || run.end !== null;
    } catch (error) {
      if (connectionProblem(error) === null) throw error;
      awaySince ??= performance.now();
      if (performance.now() - awaySince > PATIENCE_MS) throw error;
      return false;
    }
  };
}

function printer(out: Output, project: Project, { workflowId, tasks }: LogScope): (line: LogLine) => void {
  if (out.json) return (line) => void out.stdout.write(`${JSON.stringify(line)}\n`);
  const zone = project.zoneOf(workflowId.split(':')[0]!);
  const screen = new LogPrinter({ out, zone, nameWidth: tasks.length > 1 ? Math.min(32, nameWidth(tasks)) : 0 });
  let headed = false;
  return (line) => {
    if (!headed) out.note(`${workflowId} · times in ${shownZone(zone)}`);
    headed = true;
    screen.print(line);
  };
}

/** What it means that there is nothing, and where it would be. */
async function nothingLines(project: Project, server: Server | null, scope: LogScope, query: LogQuery): Promise<string[]> {
  const dir = logsOf(project);
  const files = filesIn(dir);
  const narrowed = query.level !== undefined || query.attempt !== undefined ? ' of this level or attempt' : '';
  const where =
    files === 0 ? `there is no log in ${shortenedPath(dir)}` : `looked through ${files} files in ${shortenedPath(dir)}`;
  const workers = server === null || scope.run?.kind !== 'task' ? [] : await attemptWorkers(server, scope.run);
  return [
    `No lines of ${scope.workflowId}${narrowed} here: ${where}.`,
    workers.length > 0
      ? `It ran on ${workers.join(', ')}: its lines are in that worker's log, unless they were deleted.`
      : 'Lines are where its worker ran: the stdout of "daychain worker", or .daychain/logs beside "daychain up".',
    `What the server knows of it: daychain why ${scope.workflowId}`,
  ];
}

function filesIn(dir: string): number {
  try {
    return readdirSync(dir).filter((name) => name.endsWith('.jsonl')).length;
  } catch {
    return 0;
  }
}

function unknownRun(workflowId: string): string {
  return `There is no run ${workflowId}, and no lines of it here.\nWhat ran lately: daychain status     Why not: daychain why ${workflowId}`;
}

/** @throws BadInput */
function readOptions({ level, attempt }: Options): Omit<LogQuery, 'runs'> {
  if (level !== undefined && !LOG_LEVELS.includes(level as LogLevel)) {
    throw new BadInput(`--level ${level} is none of ${LOG_LEVELS.join(', ')}.`);
  }
  const number = attempt === undefined ? undefined : Number(attempt);
  if (number !== undefined && !(Number.isSafeInteger(number) && number >= 1)) {
    throw new BadInput(`--attempt ${attempt} is no whole number, 1 or more.`);
  }
  return {
    ...(level === undefined ? {} : { level: level as LogLevel }),
    ...(number === undefined ? {} : { attempt: number }),
  };
}
