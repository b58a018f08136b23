/** Checks the settings a project declares, and reads the texts that the environment has for them. */
import type { DeclaredSetting, SettingForm } from '../define/env.js';
import { durationMs } from '../plan/duration.js';
import { at, isFields, readFields } from './fields.js';
import { nearest, shown, type Note } from './problems.js';

export type DeclaredSettings = Readonly<Record<string, DeclaredSetting>>;

/** Those that are right; the others are noted and left out. */
export function readDeclaredSettings(note: Note, value: unknown): DeclaredSettings {
  const fields = readFields(note, 'settings', value) ?? {};
  const right = Object.entries(fields).filter((entry): entry is [string, DeclaredSetting] => {
    const [name, one] = entry;
    const path = at('settings', name);
    if (!isFields(one) || one.kind !== 'setting') {
      note(path, one, `${shown(one)} declares nothing; write env.text({ description: '…' }), or another of env's forms.`);
      return false;
    }
    return checkDeclared(note, path, name, one as unknown as DeclaredSetting);
  });
  return Object.fromEntries(right);
}

/** Notes what a task needs and nobody declares. */
export function checkNeeds(note: Note, path: string, needs: readonly string[], declared: DeclaredSettings): void {
  needs.forEach((name, index) => {
    if (name in declared) return;
    const names = Object.keys(declared);
    const known = names.length > 0 ? `; there are ${names.join(', ')}` : ', which declares none';
    note(`${path}[${index}]`, name, `"${name}" is no setting of daychain.config${known}.`, nearest(name, names));
  });
}

/** What a text means, or why it means nothing: words that follow the setting's name. */
export function readSettingText(form: SettingForm, text: string): { value: unknown } | { problem: string } {
  const value = parsed(form, text.trim());
  return value === undefined ? { problem: misfit(form) } : { value };
}

function misfit(form: SettingForm): string {
  if (form.is === 'yes_no') return 'is neither yes nor no';
  return form.is === 'choice' ? `is none of ${form.of.join(', ')}` : `is no ${formText(form)}`;
}

/** `whole number from 1 to 500` */
export function formText(form: SettingForm): string {
  switch (form.is) {
    case 'text':
      return 'text';
    case 'url':
      return `whole URL, like ${(form.schemes ?? ['https']).map((scheme) => `${scheme}://host/path`).join(' or ')}`;
    case 'yes_no':
      return 'yes or no';
    case 'duration':
      return 'duration, like 5 minutes';
    case 'list':
      return 'list of texts between commas';
    case 'choice':
      return `one of ${form.of.join(', ')}`;
    case 'number':
    case 'integer':
      return `${form.is === 'integer' ? 'whole number' : 'number'}${rangeText(form)}`;
  }
}

function checkDeclared(note: Note, path: string, name: string, setting: DeclaredSetting): boolean {
  const problems: [string, unknown, string][] = [];
  if (!/^[A-Za-z_]\w*$/.test(name)) {
    problems.push([path, name, `"${name}" is no name of an environment variable: letters, digits and _, no digit first.`]);
  } else if (name.startsWith('DAYCHAIN_')) {
    problems.push([path, name, 'names that begin with DAYCHAIN_ are daychain’s own.']);
  }
  if (typeof setting.description !== 'string' || setting.description.trim() === '') {
    problems.push([at(path, 'description'), setting.description, 'is missing: one line that says what the setting is for.']);
  }
  const { form, default: fallback } = setting;
  if (fallback !== undefined && setting.required) {
    problems.push([at(path, 'required'), true, 'cannot be true beside a default, which always gives a value.']);
  }
  if (fallback !== undefined && fallback !== null && !isValueOf(form, fallback)) {
    const came = setting.secret ? 'what stands there' : shown(fallback);
    problems.push([at(path, 'default'), setting.secret ? undefined : fallback, `${came} ${misfit(form)}.`]);
  }
  for (const [where, value, message] of problems) note(where, value, message);
  return problems.length === 0;
}

function isValueOf(form: SettingForm, value: unknown): boolean {
  switch (form.is) {
    case 'yes_no':
      return typeof value === 'boolean';
    case 'list':
      return Array.isArray(value) && value.every((one) => typeof one === 'string');
    case 'number':
    case 'integer':
      return typeof value === 'number' && parsed(form, String(value)) === value;
    default:
      return typeof value === 'string' && (form.is === 'text' || parsed(form, value) !== undefined);
  }
}

/** Undefined for what the form does not allow. */
function parsed(form: SettingForm, text: string): unknown {
  switch (form.is) {
    case 'text':
      return text;
    case 'url':
      return isUrl(text, form.schemes) ? text : undefined;
    case 'yes_no':
      return YES.test(text) ? true : NO.test(text) ? false : undefined;
    case 'duration':
      return isDuration(text) ? text : undefined;
    case 'list':
      return text
        .split(',')
        .map((one) => one.trim())
        .filter((one) => one !== '');
    case 'choice':
      return form.of.includes(text) ? text : undefined;
    case 'number':
    case 'integer': {
      const number = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : NaN;
      const fits = number >= form.least && number <= form.most && (form.is === 'number' || Number.isSafeInteger(number));
      return fits ? number : undefined;
    }
  }
}

const YES = /^(yes|true|on|1)$/i;
const NO = /^(no|false|off|0)$/i;

function isUrl(text: string, schemes: readonly string[] | null): boolean {
  return URL.canParse(text) && (schemes === null || schemes.includes(new URL(text).protocol.slice(0, -1)));
}

function isDuration(text: string): boolean {
  try {
    durationMs(text);
    return true;
  } catch {
    return false;
  }
}

function rangeText({ least, most }: { least: number; most: number }): string {
  if (least > -Infinity && most < Infinity) return ` from ${least} to ${most}`;
  if (least > -Infinity) return `, ${least} or more`;
  return most < Infinity ? `, ${most} or less` : '';
}
