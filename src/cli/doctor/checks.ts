/** What `doctor` looks at, in the order in which one thing needs the one before. */
import { clientRedis } from '../../connections/client-redis.js';
import { readState } from '../../local/state.js';
import { homeOf, openLocks, redisOptions, type LockSession, type Project } from '../session.js';
import { checkProjectSettings } from './project-settings.js';
import type { Check } from './check.js';
import { checkClients } from './clients.js';
import { machineChecks } from './machine-checks.js';
import { redisChecks } from './redis-checks.js';
import { temporalChecks } from './temporal-checks.js';

export type { Check };

/** Runs all checks. */
export async function runChecks(project: Project): Promise<Check[]> {
  const [temporal, redis, clients] = await Promise.all([
    temporalChecks(project),
    redisChecks(project),
    checkProjectClients(project),
  ]);
  return [...machineChecks(project), ...checkProjectSettings(project), ...temporal, ...redis, ...clients];
}

/** Redis is connected to for them only where one asks. */
async function checkProjectClients(project: Project): Promise<Check[]> {
  const { registry } = project;
  let session: Promise<LockSession> | undefined;
  const redis = async () => {
    const { stores } = await (session ??= openLocks(project));
    return clientRedis(stores, redisOptions(project, readState(homeOf(project))), registry.project.lockPrefix);
  };
  try {
    return await checkClients({ registry, redis });
  } finally {
    await session?.then(({ close }) => close()).catch(() => {});
  }
}
