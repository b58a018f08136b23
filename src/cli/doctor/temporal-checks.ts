/** What doctor asks the Temporal server. */
import { clockSkewMs } from '../../control/clock.js';
import { describeNamespace, missingSearchAttributes, persistenceStore, serverVersion } from '../../control/namespace.js';
import { collectTargets } from '../../control/notice-targets.js';
import { readRecentNotices } from '../../control/notices.js';
import { readOutlook } from '../../control/next.js';
import { listWorkers } from '../../control/workers.js';
import { DAY } from '../../plan/limits.js';
import { SEARCH_ATTRIBUTES } from '../../plan/names.js';
import { backfillCommand } from '../../plan/slot-decision.js';
import { syncProject } from '../../schedules.js';
import { disabledNotices } from '../notices/disabled.js';
import { openServer, type Project, type ServerSession } from '../session.js';
import { version } from '../version.js';
import { asked, check, type Check, firstLine, mendOf, skipped } from './check.js';
import { judgeClock, judgeDevServer, judgeWorkers } from './judge.js';

const LATER = ['namespace', 'dev server', 'attributes', 'clock', 'workers', 'schedules', 'slots', 'notices told'];

/** What cannot be reached fails one of them and skips those that need it. */
export async function temporalChecks(project: Project): Promise<Check[]> {
  let session: ServerSession;
  try {
    session = await openServer(project);
  } catch (error) {
    return [
      check('temporal', 'fails', firstLine(error), mendOf(error, 'daychain up, or set TEMPORAL_ADDRESS')),
      ...skipped(LATER),
    ];
  }
  try {
    const { server, address } = session;
    const reached = await asked('temporal', async () =>
      check('temporal', 'ok', `${address}, server ${await serverVersion(server.client)}`),
    );
    if (reached.state === 'fails') return [reached, ...skipped(LATER)];
    const namespace = await asked('namespace', () => checkNamespace(session));
    if (namespace.state === 'fails') {
      const mend = `temporal operator namespace create --namespace ${server.namespace} --retention 400d, or set TEMPORAL_NAMESPACE`;
      return [reached, { ...namespace, mend }, ...skipped(LATER.slice(1))];
    }
    const rest = await Promise.all([
      asked('dev server', async () => judgeDevServer(await persistenceStore(server.client), project.config.temporal !== null)),
      asked('attributes', () => checkAttributes(session)),
      asked('clock', async () => judgeClock('clock', 'the Temporal server', await clockSkewMs(server))),
      asked('workers', async () => judgeWorkers(server.taskQueue, version, await listWorkers(server))),
      asked('schedules', () => checkSchedules(project, session)),
      asked('slots', () => checkSlots(project, session)),
      asked('notices told', () => checkTold(project, session)),
    ]);
    return [reached, namespace, ...rest];
  } finally {
    await session.close();
  }
}

async function checkNamespace({ server }: ServerSession): Promise<Check> {
  const { retentionDays } = await describeNamespace(server.client, server.namespace);
  const days = `${Math.round(retentionDays * 10) / 10} days`;
  const horizon = `a date is protected from running twice for ${Math.max(0, Math.floor(retentionDays) - 1)} days`;
  return retentionDays >= 30
    ? check('namespace', 'ok', `${server.namespace}, closed runs are kept for ${days}: ${horizon}`)
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

/** Deliveries that were given up lately. */
async function checkTold({ registry, config }: Project, { server }: ServerSession): Promise<Check> {
  if (collectTargets(registry).length === 0) return check('notices told', 'skipped', 'there are no notices');
  const since = new Date(Date.now() - DAY).toISOString();
  const recent = (await readRecentNotices(server, 100)).recent.filter(({ at }) => at > since);
  const lost = recent.filter(({ delivered }) => !delivered);
  if (lost.length === 0) return check('notices told', 'ok', `${recent.length} in the last day, all delivered`);
  const { target, answer, run } = lost[0]!;
  const unset = disabledNotices({ registry, config }).length > 0;
  return check(
    'notices told',
    'odd',
    `${lost.length} of ${recent.length} in the last day were given up, as of ${run} to ${target}: ${answer}`,
    unset ? 'set what "notices" names below, then daychain notices test' : `daychain notices test --to ${target}`,
  );
}
