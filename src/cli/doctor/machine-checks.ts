/** What doctor looks at on this machine, asking nobody. */
import { existsSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { collectTargets } from '../../control/notice-targets.js';
import { readState } from '../../local/state.js';
import { disabledNotices } from '../notices/disabled.js';
import { homeOf, type Project } from '../session.js';
import { check, type Check } from './check.js';
import { judgeDisk, judgeNode } from './judge.js';

export function machineChecks(project: Project): Check[] {
  return [
    judgeNode(process.versions.node),
    checkEnvironment(project),
    checkFiles(project),
    checkUp(project),
    checkDisk(project),
    checkNotices(project),
  ];
}

function checkEnvironment({ config }: Project): Check {
  const [first] = config.warnings;
  if (first === undefined) return check('environment', 'ok', 'all are known');
  return check(
    'environment',
    'odd',
    config.warnings.join('; '),
    'correct the name in the environment or in .env, or take it out',
  );
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

/** Where data, state and logs are kept; the folder itself may not be there yet. */
function checkDisk(project: Project): Check {
  let dir = homeOf(project);
  while (!existsSync(dir) && dirname(dir) !== dir) dir = dirname(dir);
  try {
    const { bavail, bsize } = statfsSync(dir);
    return judgeDisk(homeOf(project), bavail * bsize);
  } catch (error) {
    return check('disk', 'skipped', `the room for ${dir} cannot be read: ${(error as Error).message}`);
  }
}

function checkNotices(project: Project): Check {
  const targets = new Set(collectTargets(project.registry).map(({ setting }) => setting.name));
  if (targets.size === 0)
    return check('notices', 'skipped', 'nobody is told of failures: notices in daychain.config (docs/notices.md)');
  const disabled = disabledNotices(project);
  if (disabled.length === 0)
    return check('notices', 'ok', `${targets.size} ${targets.size === 1 ? 'target' : 'targets'}: ${[...targets].join(', ')}`);
  return check('notices', 'odd', disabled.join(' '), 'set them in the environment of the workers, then daychain notices test');
}
