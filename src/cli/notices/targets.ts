/** The targets of a project's notices, each with the chains that use it. */
import { addressesOf, hasAddresses, whyDisabled } from '../../notices/addresses.js';
import type { Registry } from '../../registry/index.js';
import type { NoticeSetting } from '../../registry/notices.js';
import type { Project } from '../session.js';

export interface NoticeTargetLine {
  setting: NoticeSetting;
  /** Of the first that uses it. */
  id: string;
  /** `all`, or the chains and tasks that name it. */
  usedBy: string;
}

/** The project's first, then those of single chains and tasks. */
export function collectTargets(registry: Registry): NoticeTargetLine[] {
  const ids = [...registry.chainIds(), ...registry.taskIds().filter((id) => registry.timingOf(id)?.schedule)];
  const common = registry.project.notices;
  const own = ids.filter((id) => registry.noticesOf(id) !== common && registry.chain(id)?.brokenBecause === undefined);
  const users = ids.filter((id) => !own.includes(id));
  const usedBy = own.length === 0 ? 'all' : `all but ${own.join(', ')}`;
  return [
    ...common.map((setting) => ({
      setting,
      id: users[0] ?? registry.project.name,
      usedBy: users.length === 0 ? 'none' : usedBy,
    })),
    ...own.flatMap((id) => registry.noticesOf(id).map((setting) => ({ setting, id, usedBy: id }))),
  ];
}

/** Why a target cannot be told, or null. */
export function disabledBecause({ config }: Pick<Project, 'config'>, { target }: NoticeSetting): string | null {
  const addresses = addressesOf(target, config.environment);
  return hasAddresses(addresses) ? null : whyDisabled(addresses);
}

/** One line for each target that cannot be told. */
export function disabledNotices(project: Pick<Project, 'config' | 'registry'>): string[] {
  const reasons = new Map<string, string>();
  for (const { setting } of collectTargets(project.registry)) {
    const why = disabledBecause(project, setting);
    if (why !== null) reasons.set(setting.name, why);
  }
  return [...reasons].map(([name, why]) => `Notices to ${name} are disabled: ${why}.`);
}
