/** The values of a project's settings where it is loaded: which are set, which are wrong, and which tasks must do without. */
import { PermanentError } from '../define/errors.js';
import { formText, readSettingText, type DeclaredSettings } from './declared-settings.js';
import { shown } from './problems.js';

export interface SettingEntry {
  name: string;
  description: string;
  /** What values it takes, in words. */
  form: string;
  secret: boolean;
  /** Whether the environment has it, its default holds, or there is nothing. */
  from: 'environment' | 'default' | 'nowhere';
  /** Undefined where there is none, or a wrong one. Never to be shown. */
  value: unknown;
  /** The value for people: masked if it is secret, null if there is none. */
  text: string | null;
  /** Why no worker may start with this value, as a whole line with the name; null if it may. */
  problem: string | null;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** Reads all settings. An empty text counts as none. */
export function readSettingValues(declared: DeclaredSettings, environment: Environment): SettingEntry[] {
  return Object.entries(declared).map(([name, { form, description, secret, required, default: fallback }]) => {
    const base = { name, description, form: formText(form), secret };
    const text = environment[name];
    if (text === undefined || text === '') {
      if (fallback !== undefined) {
        return { ...base, from: 'default', value: fallback, text: textOf(fallback, secret), problem: null };
      }
      const problem = required ? `${name}: is not set, and the project cannot do without it (${description})` : null;
      return { ...base, from: 'nowhere', value: undefined, text: null, problem };
    }
    const read = readSettingText(form, text);
    if ('value' in read)
      return { ...base, from: 'environment', value: read.value, text: textOf(read.value, secret), problem: null };
    const problem = `${name}: ${secret ? 'its value' : shown(text)} ${read.problem}`;
    return { ...base, from: 'environment', value: undefined, text: textOf(text, secret), problem };
  });
}

/** Why a task with these needs is disabled here; undefined if it is not. */
export function whyDisabled(needs: readonly string[], settings: readonly SettingEntry[]): string | undefined {
  const absent = settings.filter(({ name, value }) => needs.includes(name) && (value === undefined || value === null));
  if (absent.length === 0) return undefined;
  const names = absent.map(({ name }) => name).join(', ');
  return `disabled: needs ${names}, which ${absent.length === 1 ? 'is' : 'are'} not set`;
}

/** What `ctx.settings` is. Reading one that has no value fails the task for good. */
export function settingsObject(settings: readonly SettingEntry[]): Readonly<Record<string, unknown>> {
  const object = {};
  for (const { name, value, description } of settings) {
    const get = () => {
      if (value !== undefined) return value;
      throw new PermanentError(
        `the setting ${name} is not set (${description}). Set it where the worker runs, or name it in the task's needs.`,
      );
    };
    Object.defineProperty(object, name, { enumerable: true, get });
  }
  return Object.freeze(object);
}

function textOf(value: unknown, secret: boolean): string | null {
  if (value === null) return null;
  if (secret) return '****';
  if (typeof value === 'string') return value;
  return Array.isArray(value) ? value.join(', ') : JSON.stringify(value);
}
