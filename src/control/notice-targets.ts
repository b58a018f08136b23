/** The targets of a project's notices, each with the chains that use it. */
import { nearest, type Registry } from '../registry/index.js';
import type { NoticeSetting } from '../registry/notices.js';
import { BadInput } from './errors.js';

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

/**
 * All of them, or the one of a name.
 * @throws BadInput where that leaves nobody
 */
export function chosenTargets(registry: Registry, name: string | undefined): NoticeTargetLine[] {
  const targets = collectTargets(registry);
  const names = [...new Set(targets.map(({ setting }) => setting.name))];
  if (name !== undefined && !names.includes(name)) {
    const meant = nearest(name, names);
    throw new BadInput(
      `No notices go to "${name}".${meant ? ` Did you mean ${meant}?` : ''} There ${names.length === 0 ? 'are none: see daychain notices' : `are ${names.join(', ')}`}.`,
    );
  }
  if (targets.length === 0) throw new BadInput('There is nobody to tell: the project has no notices. See daychain notices');
  return targets.filter(({ setting }) => name === undefined || setting.name === name);
}
