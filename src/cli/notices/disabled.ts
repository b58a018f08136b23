/** Targets that cannot be told. */
import { collectTargets } from '../../control/notice-targets.js';
import { disabledBecause } from '../../notices/addresses.js';
import type { Project } from '../session.js';

/** One line for each. */
export function disabledNotices({ config, registry }: Pick<Project, 'config' | 'registry'>): string[] {
  const reasons = new Map<string, string>();
  for (const { setting } of collectTargets(registry)) {
    const why = disabledBecause(setting.target, config.environment);
    if (why !== null) reasons.set(setting.name, why);
  }
  return [...reasons].map(([name, why]) => `Notices to ${name} are disabled: ${why}.`);
}
