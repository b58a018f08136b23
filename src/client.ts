/** What users' own programs call. What is behind it is loaded at the first call: a task's file imports the package too. */
import type { OneShotCancelled } from './control/one-shot-orders.js';
import type { OneShotWords } from './control/one-shot-wish.js';
import type { OneShotScheduled } from './control/schedule-one-shot.js';
import type { Server } from './control/server.js';
import type { JsonObject } from './plan/types.js';
import type { Project } from './session/open.js';

export type OneShotRequest = ({ task: string; chain?: undefined } | { chain: string; task?: undefined }) & {
  /**
   * When: a Date, or text as `daychain at` takes it: `2026-03-01T07:00:00Z`, `2026-03-01T08:00` (in the zone of the task
   * or chain), `in 10 minutes`. An instant that has passed is due at once.
   */
  at: Date | string;
  /** Default: made of the task or chain and the instant, so that the same request twice is one. */
  id?: string;
  /** Of the task; of a chain: `{ task_a: { … } }`. Checked now, and again by the files of then when it is due. */
  params?: JsonObject;
  /** Puts it in the place of another one of its id; with a reason, repeats one that has run. Default false. */
  replace?: boolean;
  /** Why; the history keeps it. */
  reason?: string;
  /** Folder of the project. Default: in a task its own project; else, as on the command line, the one the program runs in. */
  project?: string;
};

/**
 * Runs a task or chain once, at an instant. Connects as the command line does, and closes its connection.
 * `already`: it waits, as asked for. `completed`: it has run, as asked for.
 * @throws BadInput: what is asked for cannot be; Refused: another one has this id, or its run is under way or done;
 *   ServerNotKnown, TemporalUnreachable. Each is told by its `name`, and says in its message what to do
 */
export async function scheduleOnce(request: OneShotRequest): Promise<Pick<OneShotScheduled, 'workflowId' | 'outcome'>> {
  const [{ readWish }, { scheduleOneShot }] = await Promise.all([
    import('./control/one-shot-wish.js'),
    import('./control/schedule-one-shot.js'),
  ]);
  const words = await readRequest(request);
  const { project, value: wish } = await inProject(request.project, ({ registry, zoneOf }) =>
    readWish(registry, words, zoneOf(words.target), Date.now()),
  );
  const { replace = false, reason = null } = request;
  return await withServer(project, async (server) => {
    const { workflowId, outcome } = await scheduleOneShot(server, wish, { replace, reason });
    return { workflowId, outcome };
  });
}

/**
 * Takes a one-shot back before it is due. `requested`: no worker has carried it out yet.
 * @throws as scheduleOnce; Refused where its run has begun or ended
 */
export async function cancelOnce(
  id: string,
  options: { reason?: string; project?: string } = {},
): Promise<Pick<OneShotCancelled, 'workflowId' | 'outcome'>> {
  const { cancelOneShot } = await import('./control/one-shot-orders.js');
  const { project } = await inProject(options.project, () => null);
  return await withServer(project, async (server) => {
    const { workflowId, outcome } = await cancelOneShot(server, id, options.reason ?? 'taken back');
    return { workflowId, outcome };
  });
}

const KEYS = ['at', 'task', 'chain', 'id', 'params', 'replace', 'reason', 'project'];

async function readRequest(request: OneShotRequest): Promise<OneShotWords> {
  const { BadInput } = await import('./control/errors.js');
  const stranger = Object.keys(request).find((key) => !KEYS.includes(key));
  if (stranger !== undefined) throw new BadInput(`scheduleOnce: "${stranger}" is not known; there are ${KEYS.join(', ')}.`);
  const { at, task, chain, id, params } = request;
  if ((task === undefined) === (chain === undefined)) throw new BadInput('scheduleOnce: name a task or a chain, one of them.');
  if (typeof at !== 'string' && !(at instanceof Date)) throw new BadInput('scheduleOnce: at: expected a Date, or text.');
  return {
    at,
    kind: task === undefined ? 'chain' : 'task',
    target: task ?? chain,
    ...(id === undefined ? {} : { id }),
    ...(params === undefined ? {} : { params }),
  };
}

/** Projects that were opened before. Node never forgets a module it has loaded, so their files are not read at each call. */
const projects = new Map<string, Project>();

/** Reads something of the project; what is refused is looked at once more with its files read anew. */
async function inProject<T>(named: string | undefined, read: (project: Project) => T): Promise<{ project: Project; value: T }> {
  const [{ openProject }, { served }, { BadInput }] = await Promise.all([
    import('./session/open.js'),
    import('./session/served.js'),
    import('./control/errors.js'),
  ]);
  const dir = named ?? served();
  const key = JSON.stringify([process.cwd(), dir]);
  const known = projects.get(key);
  if (known !== undefined) {
    try {
      return { project: known, value: read(known) };
    } catch (error) {
      if (!(error instanceof BadInput)) throw error;
    }
  }
  const project = await openProject(dir);
  projects.set(key, project);
  return { project, value: read(project) };
}

async function withServer<T>(project: Project, work: (server: Server) => Promise<T>): Promise<T> {
  const { openServer } = await import('./session/open.js');
  const session = await openServer(project);
  try {
    return await work(session.server);
  } finally {
    await session.close();
  }
}
