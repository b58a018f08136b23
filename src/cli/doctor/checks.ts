/** What `doctor` looks at, in the order in which one thing needs the one before. */
import { checkRedisPolicy } from '../../connections/redis-policy.js';
import { clockSkewMs } from '../../control/clock.js';
import { connectionProblem } from '../../control/connection-problem.js';
import { describeNamespace, missingSearchAttributes, serverVersion } from '../../control/namespace.js';
import { readOutlook } from '../../control/next.js';
import { listWorkers } from '../../control/workers.js';
import { readState } from '../../local/state.js';
import { durationText } from '../../plan/duration.js';
import { SEARCH_ATTRIBUTES } from '../../plan/names.js';
import { backfillCommand } from '../../plan/slot-decision.js';
import { syncProject } from '../../schedules.js';
import { checkProjectSettings } from './project-settings.js';
import { homeOf, openLocks, openServer, type Project, type ServerSession } from '../session.js';

export interface Check {
  name: string;
  /** `odd`: works, but is worth knowing. `skipped`: could not be looked at. */
  state: 'ok' | 'odd' | 'fails' | 'skipped';
  text: string;
  /** What to do about it. */
  mend: string | null;
}

/** A lock's TTL and a schedule's slots are judged by different clocks: more than this is told. */
const SKEW_ODD_MS = 1_000;
const SKEW_FAILS_MS = 10_000;
const OLDEST_NODE = [20, 19];

/** Runs all checks. What cannot be reached fails one of them and skips those that need it. */
export async function runChecks(project: Project): Promise<Check[]> {
  const [temporal, redis] = await Promise.all([temporalChecks(project), redisChecks(project)]);
  return [checkNode(), checkFiles(project), ...checkProjectSettings(project), checkUp(project), ...temporal, ...redis];
}

function checkNode(): Check {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const ok = major > OLDEST_NODE[0]! || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1]!);
  return check('node', ok ? 'ok' : 'fails', process.versions.node, ok ? null : `install Node ${OLDEST_NODE.join('.')} or newer`);
}

function checkFiles({ registry, dir }: Project): Check {
  const count = registry.problems.length;
  return count === 0
    ? check('files', 'ok', `project ${registry.project.name} in ${dir}`)
    : check('files', 'fails', `${count} problem${count === 1 ? '' : 's'} in ${dir}`, 'daychain check');
}

function checkUp(project: Project): Check {
  const home = homeOf(project);
  const state = readState(home);
  const { temporal, redis } = project.config;
  if (state !== null) return check('up', 'ok', `runs here, process ${state.up.pid}, data in ${home}`);
  const needed = temporal === null || redis === null;
  return check(
    'up',
    needed ? 'odd' : 'skipped',
    `does not run in ${home}`,
    needed ? 'daychain up, or set TEMPORAL_ADDRESS and REDIS_URL' : null,
  );
}

async function temporalChecks(project: Project): Promise<Check[]> {
  const later = ['namespace', 'attributes', 'clock', 'workers', 'schedules', 'slots'];
  let session: ServerSession;
  try {
    session = await openServer(project);
  } catch (error) {
    return [
      check('temporal', 'fails', firstLine(error), mendOf(error, 'daychain up, or set TEMPORAL_ADDRESS')),
      ...skipped(later),
    ];
  }
  try {
    const reached = await asked('temporal', async () =>
      check('temporal', 'ok', `${session.address}, server ${await serverVersion(session.server.client)}`),
    );
    if (reached.state === 'fails') return [reached, ...skipped(later)];
    const namespace = await asked('namespace', () => checkNamespace(session));
    if (namespace.state === 'fails') return [reached, namespace, ...skipped(later.slice(1))];
    const rest = await Promise.all([
      asked('attributes', () => checkAttributes(session)),
      asked('clock', () => checkClock(session)),
      asked('workers', () => checkWorkers(session)),
      asked('schedules', () => checkSchedules(project, session)),
      asked('slots', () => checkSlots(project, session)),
    ]);
    return [reached, namespace, ...rest];
  } finally {
    await session.close();
  }
}

async function checkNamespace({ server }: ServerSession): Promise<Check> {
  const { retentionDays } = await describeNamespace(server.client, server.namespace);
  const days = `${Math.round(retentionDays * 10) / 10} days`;
  return retentionDays >= 30
    ? check('namespace', 'ok', `${server.namespace}, closed runs are kept for ${days}`)
    : check(
        'namespace',
        'odd',
        `${server.namespace}, closed runs are kept for ${days} only: older dates could run twice`,
        `temporal operator namespace update --namespace ${server.namespace} --retention 400d`,
      );
}

async function checkAttributes({ server }: ServerSession): Promise<Check> {
  const missing = await missingSearchAttributes(server.client, server.namespace);
  const known: Record<string, string> = SEARCH_ATTRIBUTES;
  if (missing.length === 0) return check('attributes', 'ok', `${Object.keys(known).join(', ')} are registered`);
  const types = missing.map((name) => `--name ${name} --type ${known[name] === 'KEYWORD_LIST' ? 'KeywordList' : 'Keyword'}`);
  return check(
    'attributes',
    'fails',
    `namespace ${server.namespace} lacks ${missing.join(', ')}`,
    `temporal operator search-attribute create --namespace ${server.namespace} ${types.join(' ')}`,
  );
}

async function checkClock({ server }: ServerSession): Promise<Check> {
  const skew = await clockSkewMs(server);
  if (skew === null) return check('clock', 'skipped', 'the server does not tell its time');
  const away = Math.abs(skew);
  const text =
    away < SKEW_ODD_MS ? 'agrees with the server' : `${durationText(away)} ${skew > 0 ? 'behind' : 'ahead of'} the server`;
  if (away < SKEW_ODD_MS) return check('clock', 'ok', text);
  return check('clock', away < SKEW_FAILS_MS ? 'odd' : 'fails', text, 'let NTP set the clocks of both machines');
}

async function checkWorkers({ server }: ServerSession): Promise<Check> {
  const workers = await listWorkers(server);
  return workers.length > 0
    ? check('workers', 'ok', `${workers.length} on "${server.taskQueue}": ${workers.map(({ identity }) => identity).join(', ')}`)
    : check('workers', 'fails', `none polls "${server.taskQueue}": nothing runs`, 'daychain up, or daychain worker');
}

async function checkSchedules({ registry }: Project, { server }: ServerSession): Promise<Check> {
  if (registry.problems.length > 0) return check('schedules', 'skipped', 'not compared while files have problems');
  const steps = await syncProject(server, registry, { dryRun: true });
  const foreign = steps.filter(({ change }) => change === 'foreign').map(({ id }) => id);
  if (foreign.length > 0) return check('schedules', 'fails', `somebody else's: ${foreign.join(', ')}`, 'daychain sync --dry-run');
  const behind = steps.filter(({ change }) => change !== 'unchanged').map(({ id }) => id);
  return behind.length === 0
    ? check('schedules', 'ok', `${steps.length} as in the files`)
    : check('schedules', 'fails', `not as in the files: ${behind.join(', ')}`, 'daychain sync');
}

/** Slots that fell due and have no run, and lists of times that run short. */
async function checkSlots({ registry }: Project, { server }: ServerSession): Promise<Check> {
  const outlook = await readOutlook(server, registry.project.name, registry.schedules(), 1, Date.now());
  const short = outlook.filter(({ runsOutAt }) => runsOutAt !== null);
  if (short.length > 0) {
    const named = short.map(({ id, runsOutAt }) => `${id} (until ${runsOutAt})`).join(', ');
    return check('slots', 'odd', `the server knows the times of these for less than a year: ${named}`, 'daychain sync');
  }
  const missed = outlook.filter((one) => one.missed.length > 0);
  if (missed.length === 0) return check('slots', 'ok', 'all that fell due in the last month had their run');
  const { id, missed: slots } = missed[0]!;
  return check(
    'slots',
    'odd',
    `fell due in the last month and have no run: ${missed.map((one) => `${one.missed.length} of ${one.id}`).join(', ')}`,
    missed.length === 1 ? backfillCommand(id, slots[0]!.date, slots.at(-1)!.date) : 'daychain next',
  );
}

async function redisChecks(project: Project): Promise<Check[]> {
  try {
    const session = await openLocks(project);
    try {
      const { locks, app, appPrefix } = session.stores;
      const trouble = await locks.firstTrouble(5_000);
      const mend = 'daychain up, or set REDIS_URL or REDIS_HOST';
      if (trouble !== null)
        return [check('redis', 'fails', `${locks.address}: ${trouble.message}`, mend), ...skipped(['redis policy'])];
      const data = appPrefix === '' ? app.address : `${app.address} too, under ${appPrefix}`;
      return [
        check('redis', 'ok', `locks in ${locks.address}, data in ${data}`),
        await asked('redis policy', async () => policyCheck(await checkRedisPolicy(locks))),
      ];
    } finally {
      session.close();
    }
  } catch (error) {
    return [
      check('redis', 'fails', firstLine(error), mendOf(error, 'daychain up, or set REDIS_URL')),
      ...skipped(['redis policy']),
    ];
  }
}

function policyCheck(found: Awaited<ReturnType<typeof checkRedisPolicy>>): Check {
  if (found.ok === null)
    return check(
      'redis policy',
      'odd',
      `not told by the server (${found.reason})`,
      'see that its maxmemory-policy is noeviction',
    );
  if (found.ok) return check('redis policy', 'ok', found.policy);
  return check(
    'redis policy',
    'fails',
    `${found.policy}: it may throw locks away`,
    'redis-cli CONFIG SET maxmemory-policy noeviction',
  );
}

function check(name: string, state: Check['state'], text: string, mend: string | null = null): Check {
  return { name, state, text, mend };
}

function skipped(names: readonly string[]): Check[] {
  return names.map((name) => check(name, 'skipped', 'not looked at'));
}

/** A check that throws has failed. */
async function asked(name: string, question: () => Promise<Check>): Promise<Check> {
  try {
    return await question();
  } catch (error) {
    return check(name, 'fails', connectionProblem(error) ?? firstLine(error));
  }
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
}

function mendOf(error: unknown, otherwise: string): string {
  const [, ...rest] = (error instanceof Error ? error.message : '').split('\n');
  return rest.length > 0 ? rest.join(' ') : otherwise;
}
