/** Checks `daychain.config`. */
import { basename } from 'node:path';
import type { ClientOpener } from '../define/types.js';
import { idProblem } from '../plan/ids.js';
import { isZone, properZone, zoneNames } from '../time/zones.js';
import { readDeclaredSettings, type DeclaredSettings } from './declared-settings.js';
import { at, checkKeys, isFields, readFields, readText, type Fields } from './fields.js';
import { readNotices, type NoticeSetting } from './notices.js';
import { nearest, shown, type Note } from './problems.js';
import { readSettings, SETTING_KEYS, type Settings } from './settings.js';

export interface ProjectEntry {
  name: string;
  /** IANA zone. */
  timezone: string;
  /** Absent: the environment's, else `default`. */
  namespace?: string;
  taskQueue: string;
  /** Absolute path of the folder. */
  dir: string;
  /** Put before every key in Redis; empty for none. */
  lockPrefix: string;
  clients: Record<string, ClientOpener>;
  /** Of every chain, and of tasks with a schedule, that says nothing else. */
  notices: NoticeSetting[];
  /** What it reads from the environment. */
  settings: DeclaredSettings;
  /** Why the configuration cannot be trusted; then name and zone may be wrong. */
  brokenBecause?: string;
}

const KEYS = ['name', 'timezone', 'namespace', 'taskQueue', 'defaults', 'settings', 'clients', 'lock', 'notices'];

/** The project as its configuration says, or as it is without one. */
export function readProject(note: Note, dir: string, fields: Fields): { project: ProjectEntry; defaults: Settings } {
  checkKeys(note, '', fields, KEYS);
  const name = readName(note, dir, fields.name);
  const namespace = readText(note, 'namespace', fields.namespace);
  const defaults = readFields(note, 'defaults', fields.defaults);
  if (defaults) checkKeys(note, 'defaults', defaults, SETTING_KEYS);
  return {
    project: {
      name,
      timezone: readZone(note, 'timezone', fields.timezone) ?? 'UTC',
      ...(namespace !== undefined && { namespace }),
      taskQueue: readText(note, 'taskQueue', fields.taskQueue) ?? name,
      dir,
      lockPrefix: readLockPrefix(note, fields.lock),
      clients: readClients(note, fields.clients),
      notices: readNotices(note, 'notices', fields.notices),
      settings: readDeclaredSettings(note, fields.settings),
    },
    defaults: defaults ? readSettings(note, 'defaults', defaults) : {},
  };
}

/** An IANA zone, in its proper spelling. */
export function readZone(note: Note, path: string, value: unknown): string | undefined {
  const text = readText(note, path, value);
  if (text === undefined || isZone(text)) return text;
  note(path, value, `"${text}" is no time zone.`, properZone(text) ?? nearest(text, zoneNames()));
  return undefined;
}

function readName(note: Note, dir: string, value: unknown): string {
  const folder = basename(dir);
  const fallback = folder
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]+/g, '-')
    .replaceAll(/^[^a-z]+|-+$/g, '');
  const name = readText(note, 'name', value) ?? fallback;
  const problem = idProblem(name);
  if (!problem) return name;
  const why =
    value === undefined ? ` (made of the folder's name, "${folder}"; write another into daychain.config: name: '…')` : '';
  note('name', value, `${problem}${why}.`);
  return name;
}

function readLockPrefix(note: Note, value: unknown): string {
  const lock = readFields(note, 'lock', value);
  if (!lock) return '';
  checkKeys(note, 'lock', lock, ['prefix']);
  return readText(note, 'lock.prefix', lock.prefix) ?? '';
}

function readClients(note: Note, value: unknown): Record<string, ClientOpener> {
  const clients = readFields(note, 'clients', value) ?? {};
  for (const [name, client] of Object.entries(clients)) {
    const path = at('clients', name);
    if (typeof client === 'function') continue;
    if (!isFields(client)) {
      note(path, client, `${shown(client)} opens nothing; expected a function or { open, close, check }.`);
      continue;
    }
    checkKeys(note, path, client, ['open', 'close', 'check']);
    for (const part of ['open', 'close', 'check']) {
      if (client[part] === undefined && part !== 'open') continue;
      if (typeof client[part] !== 'function') note(at(path, part), client[part], `${shown(client[part])} is no function.`);
    }
  }
  return clients as Record<string, ClientOpener>;
}
