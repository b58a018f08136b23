/** `daychain worker`: the worker of this project, until it is told to stop. */
import { type Command, Option } from 'commander';
import { installRuntime, startWorker, type RunningWorker } from '../../worker.js';
import type { Log } from '../../activities/attempt-log.js';
import { BadInput } from '../../control/errors.js';
import { readGaps } from '../../control/gaps.js';
import { readState } from '../../local/state.js';
import { captureConsole } from '../../activities/body-console.js';
import { problemText } from '../../registry/index.js';
import { keepClean } from '../daily-clean-up.js';
import { EXIT } from '../exit-codes.js';
import { LOG_DIR_OPTION, openLog } from '../log-dir.js';
import type { Act, Invocation } from '../program.js';
import { disabledNotices } from '../notices/disabled.js';
import { gapText } from '../gap-text.js';
import { serve } from '../../session/served.js';
import { noteModules } from '../../registry/module-files.js';
import { digestOf } from '../up/project-digest.js';
import { answerSyncs } from '../up/sync-for-up.js';
import { isUpMessage, type WorkerMessage } from '../up/worker-messages.js';
import { version } from '../version.js';
import { checkSettingValues, homeOf, openProject, openServer, redisOptions, temporalOptions, type Project } from '../session.js';

interface Options {
  concurrency?: string;
  staged?: boolean;
  logDir?: string;
}

export function configure(command: Command, act: Act): void {
  command
    .option('--concurrency <n>', 'attempts of tasks at a time', '100')
    // Only "up" asks for it: its new worker reads the changed files, and polls when it is told to.
    .addOption(new Option('--staged').hideHelp())
    .option(...LOG_DIR_OPTION)
    .addHelpText(
      'after',
      `
Start as many as there is work for, on as many machines. SIGTERM lets tasks run on for
DAYCHAIN_DRAIN_SECONDS (20) and then hands their work back; Ctrl-C, or a second signal, does so at once.

Examples:
  daychain worker
  daychain worker --concurrency 20`,
    )
    .action(act(worker));
}

/** The process goes even where a task's body ignores everything, or left something open. */
const LEAVE_AFTER_MS = 1_000;

async function worker({ out, project: named }: Invocation, _: [], options: Options): Promise<number> {
  const concurrency = readConcurrency(options.concurrency);
  const project = process.send === undefined ? await openProject(named) : await openForUp(named);
  const { registry } = project;
  if (options.staged) await untilTold('go');
  if (registry.project.brokenBecause !== undefined) {
    throw new BadInput(`The project's configuration cannot be read: ${registry.project.brokenBecause}\nSee all: daychain check`);
  }
  checkSettingValues(project);
  for (const problem of registry.problems) out.note(`${problem.file}: ${problem.field}: ${problemText(problem)}`);

  serve(project.dir);
  const log = openLog(project, options.logDir);
  installRuntime(log);
  for (const line of disabledNotices(project)) log.warn({}, line);
  captureConsole((level, method, text) => log[level]({ console: method }, text));
  await announceGaps(project, log);
  try {
    const running = await startWorker({ ...(await optionsOf(project)), log, concurrency, version });
    log.info({ task_queue: registry.project.taskQueue, pid: process.pid }, 'worker started');
    await untilEnded(running, project, log);
  } finally {
    setTimeout(() => process.exit(), LEAVE_AFTER_MS).unref();
  }
  log.info({}, 'worker stopped');
  return EXIT.done;
}

/** While it polls: it is stopped when it is told to, and does what else a worker does for its project. */
async function untilEnded(running: RunningWorker, project: Project, log: Log): Promise<void> {
  const release = obeyStops(running, project.config.drainMs);
  answerSyncs(project, tellParent);
  tellParent({ type: 'ready' });
  const endCleaning = keepClean(project, log);
  try {
    await running.ended;
  } finally {
    endCleaning();
    release();
  }
}

/** Reads the project, and tells `up` what is in it and which files that took. */
async function openForUp(named: string | undefined): Promise<Project> {
  const modules = noteModules();
  try {
    const project = await openProject(named);
    tellParent({ type: 'loaded', digest: digestOf(project, await modules.list()) });
    return project;
  } catch (error) {
    tellParent({ type: 'refused', message: (error as Error).message });
    throw error;
  }
}

/** Rejects when the parent is gone: then nobody will tell. */
function untilTold(type: 'go'): Promise<void> {
  return new Promise((resolve, reject) => {
    const release = (end: () => void) => {
      process.off('message', listen).off('disconnect', alone);
      end();
    };
    const listen = (message: unknown) => {
      if (!isUpMessage(message)) return;
      if (message.type === type) release(resolve);
      if (message.type === 'stop') alone();
    };
    const alone = () => release(() => reject(new BadInput('The worker was not needed.')));
    process.on('message', listen).on('disconnect', alone);
  });
}

/** One line per chain whose slots fell due while no worker was here. A look that fails keeps no worker from its work. */
async function announceGaps(project: Project, log: Log): Promise<void> {
  try {
    const session = await openServer(project);
    try {
      const now = Date.now();
      for (const gap of await readGaps(session.server, project.registry, now))
        log.info({ ...gap }, `${gap.id}: ${gapText(gap, now)}`);
    } finally {
      await session.close();
    }
  } catch (error) {
    log.warn({}, `what fell due meanwhile could not be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function optionsOf(project: Project) {
  const { registry, config } = project;
  const state = readState(homeOf(project));
  const { namespace, ...temporal } = temporalOptions(project, state);
  return {
    registry,
    temporal: {
      address: temporal.address,
      ...(temporal.tls ? { tls: temporal.tls } : {}),
      ...(temporal.apiKey ? { apiKey: temporal.apiKey } : {}),
      ...(temporal.metadata ? { metadata: temporal.metadata } : {}),
    },
    namespace,
    taskQueue: registry.project.taskQueue,
    redis: redisOptions(project, state),
    lock: { ttlSeconds: config.lockTtlSeconds, successTtlSeconds: config.successTtlSeconds, successKeys: config.successKeys },
    environment: config.environment,
    pageUrl: config.pageUrl,
  };
}

/** Signals, the parent's word, and the parent's death. */
function obeyStops(running: RunningWorker, drainMs: number): () => void {
  let asked = false;
  const stop = (drain: number) => {
    running.stop({ drainMs: asked ? 0 : drain });
    asked = true;
  };
  const listeners: [NodeJS.Signals, () => void][] = [
    ['SIGTERM', () => stop(drainMs)],
    ['SIGINT', () => stop(0)],
    ['SIGHUP', () => stop(drainMs)],
  ];
  for (const [signal, listener] of listeners) process.on(signal, listener);
  process.on('message', (message) => {
    if (isUpMessage(message) && message.type === 'stop') stop(message.drainMs ?? Infinity);
  });
  process.on('disconnect', () => stop(0));
  return () => {
    for (const [signal, listener] of listeners) process.removeListener(signal, listener);
    if (process.connected) process.disconnect();
  };
}

function tellParent(message: WorkerMessage): void {
  process.send?.(message);
}

function readConcurrency(text: string | undefined): number {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number >= 1 && number <= 10_000) return number;
  throw new BadInput(`--concurrency ${text} is no whole number from 1 to 10,000.`);
}
