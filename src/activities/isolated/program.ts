/** A body's own process: loads the task's file, runs the body once, tells how it ended, and ends. */
import { writeFileSync } from 'node:fs';
import { assembleProject, findFiles, loadFiles, problemText, type Registry } from '../../registry/index.js';
import { captureConsole, withConsole } from '../body-console.js';
import { bodyOf, runToEnd } from '../body.js';
import { createClientPool } from '../clients.js';
import { type ContextParts, taskContext } from '../context.js';
import { StopSwitch } from '../stop.js';
import { Trace } from '../trace.js';
import { returnedValue } from '../verdict.js';
import { Line } from './line.js';
import type { Assignment, ChildEnd, Texts, ToChild } from './messages.js';
import { packError } from './travelling-error.js';
import { endWithParent } from './watchdog.js';
import { parentsClientRedis, parentsLog, parentsRedis, parentsStores } from './worker-side.js';

endWithParent(process.ppid);
dieFirst();
const line = new Line(process);
const stop = new StopSwitch();
line.onMessage((message: ToChild) => {
  if (message.is === 'start') void live(message.assignment);
  if (message.is === 'stop') stop.stop(message.why, message.message);
});
process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'));
for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
  process.on(event, (error: unknown) => void leave({ threw: packError(uncaught(error)) }));
}

async function live(assignment: Assignment): Promise<void> {
  await leave(await runOnce(assignment).catch((error: unknown): ChildEnd => ({ threw: packError(error) })));
}

async function runOnce(assignment: Assignment): Promise<ChildEnd> {
  const { input, environment } = assignment;
  const log = parentsLog(line);
  captureConsole(log.console);
  const trace = new Trace(input, assignment.trace, (told) => line.tell('trace', { trace: told }));
  texts = () => ({ errors: trace.errors, warnings: trace.warnings });
  const registry = await loadTask(assignment);
  const body = bodyOf({ registry, environment, inOwnProcess: true }, input.task);
  if (!('run' in body)) throw new Error(notLoadedText(registry, body));
  const settings = registry.settingValues();
  const pool = createClientPool(registry.project.clients, {
    settings,
    dir: registry.project.dir,
    redis: () => parentsClientRedis(line),
  });
  const host: ContextParts = {
    input,
    attempt: assignment.attempt,
    params: body.params(input.params),
    fence: assignment.fence,
    stop,
    trace,
    log,
    clients: pool.clients,
    redis: parentsRedis(line),
    settings,
    shared: parentsStores(line),
    lockValue: assignment.lockValue,
    async record() {
      trace.send();
      line.flush();
      await line.call({ to: 'trace', method: 'record', args: [] });
    },
    secret: (name) => environment[name],
  };
  const { ctx, lookedAtSignal } = taskContext(host);
  const end = await withConsole(log.console, () => runToEnd(() => body.run(ctx, host), stop));
  for (const trouble of await pool.close()) log.author.warn(trouble);
  trace.send();
  if (lookedAtSignal()) line.tell('looked', {});
  if (end === 'abandoned') return { threw: packError(stop.cause) };
  return 'threw' in end ? { threw: packError(end.threw) } : { returned: returnedValue(end.returned) };
}

/** The configuration and this one file: a process for each attempt has no time for all of them. */
async function loadTask({ dir, file, environment }: Assignment): Promise<Registry> {
  const files = await findFiles(dir);
  const wanted = {
    ...files,
    config: files.config.slice(0, 1),
    tasks: files.tasks.filter((one) => one.file === file),
    chains: [],
    unread: [],
  };
  return await assembleProject(dir, environment, wanted, await loadFiles(dir, [...wanted.config, ...wanted.tasks]));
}

function notLoadedText({ problems }: Registry, body: { notHere: string } | { disabled: string }): string {
  const why = problems[0] === undefined ? Object.values(body)[0] : `${problems[0].field}: ${problemText(problems[0])}`;
  return `the task's file did not load in its own process: ${why}`;
}

let left = false;
let texts: () => Texts | null = () => null;

/** The last word, and the end of the process once it is said. */
async function leave(end: ChildEnd): Promise<void> {
  if (left) return;
  left = true;
  await line.tellLast('end', { end, texts: texts() });
  // Timers and connections that the body left open must not keep the process.
  // eslint-disable-next-line no-restricted-properties
  process.exit(0);
}

function uncaught(error: unknown): Error {
  const message = error instanceof Error ? error.message : String(error);
  return new Error(`an error that nothing in the body caught: ${message}`, { cause: error });
}

/** Where the machine runs out of memory, Linux shall end this process before the worker. */
function dieFirst(): void {
  try {
    writeFileSync('/proc/self/oom_score_adj', '1000');
  } catch {
    // Not Linux, or not allowed: then the system chooses.
  }
}
