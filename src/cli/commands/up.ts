/** `daychain up`: everything this project needs on this machine, until Ctrl-C. */
import { join } from 'node:path';
import type { Command } from 'commander';
import { openHome, type Home, type HomeOwner } from '../../local/home.js';
import type { LocalState } from '../../local/state.js';
import { readState } from '../../local/state.js';
import { BadInput } from '../../control/errors.js';
import { readGaps } from '../../control/gaps.js';
import { EXIT } from '../exit-codes.js';
import type { Output } from '../output.js';
import type { Act, Invocation } from '../program.js';
import { checkSettingValues, homeOf, logsOf, openProject, openServer, type Project, type ServerSession } from '../session.js';
import { labelled } from '../table.js';
import { whenText } from '../../control/when-text.js';
import { runFirstChains } from '../up/first-start.js';
import { lookAtFiles } from '../up/project-files.js';
import { type ReloadNews, sayReload } from '../up/reload-news.js';
import { Reloader } from '../up/reloader.js';
import { openServers, type UpServers } from '../up/servers.js';
import { sayGaps, sayServers, saySchedules, SCREEN } from '../up/screen.js';
import { StopSignals } from '../up/stop-signals.js';
import { WebProcess } from '../up/web-process.js';
import { WorkerProcess } from '../up/worker-process.js';
import { version } from '../version.js';

export function configure(command: Command, act: Act): void {
  command
    .addHelpText(
      'after',
      `
Uses Temporal and Redis where TEMPORAL_ADDRESS, REDIS_URL or REDIS_HOST say they are; starts its own
where they do not, with their data in .daychain/ of the project (or in DAYCHAIN_HOME).
The very first start runs the chains once, for yesterday.
Changed files are taken up within seconds, and it says what changed, or what is wrong with them:
what is running ends by the files before, what starts from then on runs by the new ones.

Examples:
  daychain up
  daychain up --project examples/civic`,
    )
    .action(act(up));
}

/** A server that has just been started needs a moment to start what fell due while it was away. */
const GAP_PATIENCE_MS = 3_000;

/** Within these the worker must have handed its work back, and then the servers have theirs: ten seconds in all. */
const WORKER_STOPS_WITHIN_MS = 5_000;

async function up({ out, project: named }: Invocation): Promise<number> {
  const project = await openProject(named);
  const { registry, dir } = project;
  if (registry.project.brokenBecause !== undefined) {
    throw new BadInput(`The project's configuration cannot be read: ${registry.project.brokenBecause}\nSee all: daychain check`);
  }
  checkSettingValues(project);
  const opened = await openHome(homeOf(project), { project: registry.project.name, projectDir: dir });
  if (!opened.opened) return sayHeld(out, project, opened.owner, opened.state);
  const { home } = opened;
  const signals = new StopSignals();
  const begun: Begun = { servers: null, worker: null, reloader: null, web: null, session: null };
  try {
    await start(out, project, home, begun, signals);
    if (!signals.signal.aborted) await signals.first;
  } catch (error) {
    if (!signals.signal.aborted) throw error;
  } finally {
    await stop(out, home, begun, signals);
  }
  return EXIT.done;
}

interface Begun {
  servers: UpServers | null;
  worker: WorkerProcess | null;
  /** Has the worker in its care from the first start of one on. */
  reloader: Reloader | null;
  web: WebProcess | null;
  session: ServerSession | null;
}

async function start(out: Output, project: Project, home: Home, begun: Begun, signals: StopSignals): Promise<void> {
  const { registry, dir } = project;
  const { signal } = signals;
  out.say(`daychain ${version} · project ${registry.project.name} · ${registry.project.timezone}`);
  for (const orphan of home.orphansStopped) out.note(`  Left behind by an "up" that was killed, and stopped now: ${orphan}`);
  const servers = (begun.servers = await openServers(out, project, home, signal));
  const state: LocalState = {
    up: home.owner.process,
    project: registry.project.name,
    projectDir: dir,
    since: new Date().toISOString(),
    ...servers.state,
    worker: null,
    web: null,
  };
  /** A disk that is full keeps other commands from finding what runs here, and nothing from running. */
  const tell = (more: Partial<LocalState>) => noted(out, home, () => home.writeState(Object.assign(state, more)));
  tell({});
  sayServers(out, servers);
  signal.throwIfAborted();

  const seen = await lookAtFiles(dir, []);
  const newWorker = () => {
    const made: WorkerProcess = new WorkerProcess({
      projectDir: dir,
      logDir: logsOf(project),
      outFile: join(logsOf(project), `${registry.project.name}.out`),
      onProcess: () => tell({ worker: (begun.reloader?.current ?? made).mark }),
      onTrouble: (text) => out.note(text),
      onRecovered: () => out.note('The worker is back.'),
    });
    return made;
  };
  const worker = (begun.worker = newWorker());
  const session = (begun.session = await openServer(project));
  // Before the worker starts: then there is nothing left to announce.
  const gaps = await readGaps(session.server, registry, Date.now(), GAP_PATIENCE_MS);
  signal.throwIfAborted();
  const polling = worker.start();
  // Told below; until then it must not count as unheard.
  polling.catch(() => {});
  const web = (begun.web = new WebProcess({
    projectDir: dir,
    logDir: logsOf(project),
    outFile: join(logsOf(project), `${registry.project.name}.web.out`),
    onProcess: (mark, url) => tell({ web: mark && { process: mark, url } }),
    onTrouble: (text) => out.note(text),
  }));
  const listening = web.start();
  listening.catch(() => {});
  await saySchedules(out, project, session);
  sayGaps(out, gaps);
  const page = await sayPage(out, listening);
  sayUi(out, servers);
  await Promise.race([polling, signals.first]);
  signal.throwIfAborted();
  const news = heldBack((one: ReloadNews) => sayReload(out, one, registry.project.timezone, Date.now()));
  const onNews = (one: ReloadNews) => {
    tell({ worker: reloader.current.mark });
    news.tell(one);
  };
  const reloader = (begun.reloader = new Reloader({ projectDir: dir, seen, worker, newWorker, onNews }));
  reloader.onReload(() => web.restart());
  reloader.watch();
  await runFirstChains(out, project, session, home.dir, page, signal);
  out.say('\nRunning. Ctrl-C stops everything that was started here.');
  out.answer({ ...state, running: true });
  news.open();
}

/** Does what touches the files of the folder; where that fails it is told, and no more. */
function noted(out: Output, home: Home, touch: () => void): void {
  try {
    touch();
  } catch (error) {
    out.note(`The state in ${home.dir} could not be written: ${(error as Error).message}`);
  }
}

/** Keeps what is to be told until `open`: the first runs redraw their lines, and nothing may come between. */
function heldBack<T>(told: (one: T) => void): { tell(one: T): void; open(): void } {
  let held: T[] | null = [];
  return {
    tell: (one) => (held === null ? told(one) : void held.push(one)),
    open() {
      const all = held ?? [];
      held = null;
      all.forEach(told);
    },
  };
}

/** Chains run without a page: why there is none is told, and the rest goes on. */
async function sayPage(out: Output, listening: Promise<string>): Promise<string | null> {
  const { url, text } = await listening.then(
    (address) => ({ url: address, text: address }),
    (error: Error) => ({ url: null, text: error.message }),
  );
  for (const line of labelled('page', text, { ...SCREEN, width: out.width })) out.say(line);
  return url;
}

function sayUi(out: Output, servers: UpServers): void {
  const ui = servers.state.temporal?.ui;
  if (ui) for (const line of labelled('web ui', `${ui}   (Temporal's own)`, { ...SCREEN, width: out.width })) out.say(line);
}

/** The worker first, while the servers still take back what it held. A second signal waits for nothing. */
async function stop(out: Output, home: Home, begun: Begun, signals: StopSignals): Promise<void> {
  if (signals.signal.aborted) out.note('\nStopping. Once more to stop at once.');
  const workers = begun.reloader ?? begun.worker;
  void signals.second.then(() => {
    workers?.kill();
    begun.web?.kill();
  });
  try {
    await Promise.all([workers?.stop(0, WORKER_STOPS_WITHIN_MS), begun.web?.stop()]);
    await begun.session?.close().catch(() => {});
    await begun.servers?.stop();
    // Left as it is it does no harm: the next one sees that this process is gone.
    noted(out, home, () => home.close());
  } finally {
    signals.release();
  }
  if (signals.signal.aborted) out.note('Stopped.');
}

/** Somebody has this folder: say who, and that there is nothing to do. */
function sayHeld(out: Output, project: Project, owner: HomeOwner, known: LocalState | null): number {
  const state = known ?? readState(homeOf(project));
  const zone = project.registry.project.timezone;
  const since = state === null ? 'is starting' : `runs since ${whenText(state.since, zone, Date.now())}`;
  out.say(`daychain up ${since} already: project ${owner.project}, process ${owner.process.pid}.`);
  const line = (label: string, text: string) => {
    for (const part of labelled(label, text, { ...SCREEN, width: out.width })) out.say(part);
  };
  if (state?.temporal) line('temporal', state.temporal.address);
  if (state?.redis) line('redis', `${state.redis.host}:${state.redis.port}`);
  if (state?.web?.url) line('page', state.web.url);
  if (state?.temporal?.ui) line('web ui', `${state.temporal.ui}   (Temporal's own)`);
  if (owner.projectDir === project.dir) {
    out.say(`How it is doing: daychain status     Stop it: Ctrl-C there, or kill ${owner.process.pid}`);
  } else {
    out.say(`Its servers are yours too, as both projects share ${homeOf(project)}: daychain sync, then daychain worker`);
  }
  out.answer({ running: true, attached: true, owner, state });
  return EXIT.done;
}
