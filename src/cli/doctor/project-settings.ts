/** What `doctor` and `check` show of the settings a project declares itself. */
import type { Config, Setting } from '../../config.js';
import { disabledTasks } from '../../control/definition-views.js';
import type { Registry } from '../../registry/index.js';
import type { Check } from './checks.js';

/** A row of a setting; those that the project declares say what they are for. */
export type SettingRow = Setting & { description?: string };

export function settingRows({ registry, config }: { registry: Registry; config: Config }): SettingRow[] {
  return registry.settings.map(({ name, text, from, description, form }) => ({
    name,
    value: text,
    source: from === 'environment' ? config.sourceOf(name) : 'default',
    description: `${description} (${form})`,
  }));
}

/** Whether the values can be used, and what is disabled for want of one. */
export function checkProjectSettings({ registry }: { registry: Registry }): Check[] {
  const { settings } = registry;
  if (settings.length === 0) return [];
  const problems = settings.flatMap(({ problem }) => problem ?? []);
  const name = 'settings';
  if (problems.length > 0) {
    const text = `no worker starts with these: ${problems.join('; ')}`;
    return [{ name, state: 'fails', text, mend: 'set them in the environment, or in .env of the project' }];
  }
  const disabled = disabledTasks(registry);
  if (disabled.length === 0) return [{ name, state: 'ok', text: `${settings.length} of the project, all usable`, mend: null }];
  const text = disabled.map(({ task, reason }) => `${task} is ${reason}`).join('; ');
  return [{ name, state: 'odd', text, mend: 'set them where the worker runs, then daychain rerun --skipped' }];
}
