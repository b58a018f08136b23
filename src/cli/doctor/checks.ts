/** What `doctor` looks at, in the order in which one thing needs the one before. */
import type { Project } from '../session.js';
import { checkProjectSettings } from './project-settings.js';
import type { Check } from './check.js';
import { checkClients } from './clients.js';
import { machineChecks } from './machine-checks.js';
import { redisChecks } from './redis-checks.js';
import { temporalChecks } from './temporal-checks.js';

export type { Check };

/** Runs all checks. */
export async function runChecks(project: Project): Promise<Check[]> {
  const [temporal, redis, clients] = await Promise.all([temporalChecks(project), redisChecks(project), checkClients(project)]);
  return [...machineChecks(project), ...checkProjectSettings(project), ...temporal, ...redis, ...clients];
}
