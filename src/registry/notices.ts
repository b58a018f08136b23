/** Checks `notices`: targets, and what each is told of. Whether the variables they name are set is not looked at here. */
import type { NoticeTarget } from '../define/notice-target.js';
import type { NoticeTemplate } from '../define/notice-types.js';
import { PLACEHOLDERS, unknownPlaceholders } from '../plan/notice-text.js';
import { NOTICE_EVENTS, type NoticeEvent, type NoticeRule } from '../plan/notices.js';
import { at, checkKeys, isFields, readChoice, readFields, readNumber, readText, type Fields } from './fields.js';
import { nearest, shown, type Note } from './problems.js';

export interface NoticeSetting extends NoticeRule {
  target: NoticeTarget;
}

const KEYS = ['name', 'on', 'after', 'remindEvery', 'to'];
const ENV_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,99}$/;
const MOST_NOTICES = 50;

export function readNotices(note: Note, path: string, value: unknown): NoticeSetting[] {
  if (value === undefined) return [];
  if (!Array.isArray(value) || value.length > MOST_NOTICES) {
    const came = Array.isArray(value)
      ? `has ${value.length} members; at most ${MOST_NOTICES} are possible`
      : `${shown(value)} stands where a list belongs`;
    note(path, value, `${came}, like [{ on: ['failure'], to: { webhook: { url: { env: 'OPS_WEBHOOK' } } } }].`);
    return [];
  }
  const settings: NoticeSetting[] = [];
  value.forEach((one: unknown, index) => {
    const setting = readNotice(note, `${path}[${index}]`, one);
    if (setting === undefined) return;
    if (settings.some(({ name }) => name === setting.name))
      note(`${path}[${index}].name`, setting.name, `"${setting.name}" is named twice: give one of them another name.`);
    else settings.push(setting);
  });
  return settings;
}

function readNotice(note: Note, path: string, value: unknown): NoticeSetting | undefined {
  const fields = readFields(note, path, value);
  if (fields === undefined) {
    if (value === undefined) note(path, value, 'is empty.');
    return undefined;
  }
  checkKeys(note, path, fields, KEYS);
  const target = readTarget(note, at(path, 'to'), fields.to);
  const on = readEvents(note, at(path, 'on'), fields.on);
  const after = readNumber(note, at(path, 'after'), fields.after, { least: 1, most: 100, whole: true }) ?? 1;
  const remindEvery = readNumber(note, at(path, 'remindEvery'), fields.remindEvery, { least: 1, most: 1_000, whole: true });
  const name = readText(note, at(path, 'name'), fields.name) ?? (target?.medium === 'webhook' ? target.url : target?.to);
  return target && name !== undefined ? { name, on, after, remindEvery: remindEvery ?? null, target } : undefined;
}

function readEvents(note: Note, path: string, value: unknown): NoticeEvent[] {
  if (!Array.isArray(value) || value.length === 0) {
    const instead = typeof value === 'string' ? `: write ["${value}"]` : `: of ${NOTICE_EVENTS.join(', ')}`;
    note(path, value, `${value === undefined ? 'is missing' : shown(value)} where a list belongs${instead}.`);
    return [];
  }
  const events = value.map((one: unknown, index) => readChoice(note, `${path}[${index}]`, one, NOTICE_EVENTS));
  return [...new Set(events.filter((event) => event !== undefined))];
}

function readTarget(note: Note, path: string, value: unknown): NoticeTarget | undefined {
  const example = "{ webhook: { url: { env: 'OPS_WEBHOOK' } } } or { mail: { to: { env: 'OPS_MAIL' } } }";
  if (!isFields(value) || 'webhook' in value === 'mail' in value) {
    note(path, value, `${value === undefined ? 'is missing' : shown(value)}; expected one of ${example}.`);
    return undefined;
  }
  checkKeys(note, path, value, ['webhook', 'mail']);
  const medium = 'webhook' in value ? 'webhook' : 'mail';
  const inner = at(path, medium);
  const fields = readFields(note, inner, value[medium]);
  if (fields === undefined) return undefined;
  if (medium === 'webhook') {
    checkKeys(note, inner, fields, ['url', 'format', 'template']);
    const url = readName(note, at(inner, 'url'), fields.url);
    const format = readChoice(note, at(inner, 'format'), fields.format, ['json', 'slack']) ?? 'json';
    return url === undefined ? undefined : { medium, url, format, template: readTemplate(note, inner, fields) };
  }
  checkKeys(note, inner, fields, ['to', 'from', 'server', 'template']);
  const to = readName(note, at(inner, 'to'), fields.to);
  const from = fields.from === undefined ? 'SMTP_FROM' : readName(note, at(inner, 'from'), fields.from);
  const server = fields.server === undefined ? 'SMTP_URL' : readName(note, at(inner, 'server'), fields.server);
  if (to === undefined || from === undefined || server === undefined) return undefined;
  return { medium, to, from, server, template: readTemplate(note, inner, fields) };
}

/** The name of a variable. A value itself would be a secret in a file. */
function readName(note: Note, path: string, value: unknown): string | undefined {
  if (isFields(value)) {
    checkKeys(note, path, value, ['env']);
    if (typeof value.env === 'string' && ENV_NAME.test(value.env)) return value.env;
    note(at(path, 'env'), value.env, `${shown(value.env)} is no name of a variable, like "OPS_WEBHOOK".`);
    return undefined;
  }
  const came = value === undefined ? 'is missing' : 'is written out';
  // What came is not shown: it may be a secret.
  note(path, undefined, `${came}: addresses come from the environment, by name, like { env: 'OPS_WEBHOOK' }.`);
  return undefined;
}

function readTemplate(note: Note, path: string, { template }: Fields): NoticeTemplate | null {
  if (template === undefined) return null;
  if (typeof template === 'function') return template as NoticeTemplate;
  if (typeof template !== 'string' || template.trim() === '') {
    note(at(path, 'template'), template, `${shown(template)} is neither a text nor a function.`);
    return null;
  }
  for (const name of unknownPlaceholders(template)) {
    note(
      at(path, 'template'),
      name,
      `{${name}} is no placeholder; there are ${PLACEHOLDERS.join(', ')}.`,
      nearest(name, PLACEHOLDERS),
    );
  }
  return template;
}
