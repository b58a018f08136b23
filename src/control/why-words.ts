/** Words that every answer to "why" is made of. */
import { durationText } from '../plan/duration.js';
import { dashed, isDate } from '../time/dates.js';
import { clockText, whenTextWithZone } from './when-text.js';
import type { Subject } from './why-facts.js';
import type { WhyAnswer, WhyCause, WhyCommand, WhyDetail } from './why-view.js';

/** An answer whose sentence lacks its subject and its full stop, so that it can stand in another's: `which is running`. */
export interface Judged extends Omit<WhyAnswer, 'sentence'> {
  predicate: string;
}

/** Labels without a text are left out. */
export function judged(
  cause: WhyCause,
  predicate: string,
  details: readonly (readonly [string, string | null | undefined])[] = [],
  commands: readonly WhyCommand[] = [],
): Judged {
  const told = details.flatMap(([label, text]): WhyDetail[] => (text ? [{ label, text }] : []));
  return { cause, predicate, details: told, commands: [...commands] };
}

/** The whole sentence. */
export function sentenceOf(of: Pick<Subject, 'id' | 'runKey'>, { predicate }: Judged): string {
  return `${named(of)} ${predicate}.`;
}

/** `task_mail 20261118`. */
export function named({ id, runKey }: Pick<Subject, 'id' | 'runKey'>): string {
  return `${id} ${runKey}`;
}

/** `yesterday 06:21 Europe/Paris`. */
export function when(instant: string, { timezone, now }: Pick<Subject, 'timezone' | 'now'>): string {
  return whenTextWithZone(instant, timezone, now);
}

/** Without the zone, and to the second: for instants near to now. */
export function clock(instant: string, { timezone }: Pick<Subject, 'timezone'>): string {
  return clockText(instant, timezone, true);
}

/** `41 s ago`. */
export function ago(instant: string, { now }: Pick<Subject, 'now'>): string {
  return `${durationText(Math.max(0, now - Date.parse(instant)))} ago`;
}

/** The first line, without its full stop: it goes on in a sentence. */
export function firstLine(text: string | null | undefined): string | null {
  const line = text?.split('\n')[0]?.trim().replace(/\.$/, '') ?? '';
  return line === '' ? null : line;
}

/** `: the data is late`, or nothing. */
export function because(reason: string | null | undefined): string {
  const line = firstLine(reason);
  return line === null ? '' : `: ${line}`;
}

/** `a, b and 3 more`. */
export function list(names: readonly string[], most = 3): string {
  const shown = names.slice(0, most);
  if (names.length > most) return `${shown.join(', ')} and ${names.length - most} more`;
  return shown.length < 2 ? shown.join('') : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`;
}

const WHY = '--reason "…"';

/** The commands that answers end with. */
export const COMMANDS = {
  rerun: (workflowId: string): WhyCommand => ({ text: 'Run it again', command: `daychain rerun ${workflowId}` }),
  run: ({ id, runKey, date }: Pick<Subject, 'id' | 'runKey' | 'date'>, slot?: string): WhyCommand => ({
    text: 'Run it',
    command: `daychain run ${id} ${isDate(runKey) ? `--date ${dashed(date)}` : `--slot ${slot ?? runKey}`}`,
  }),
  skip: ({ id, runKey }: Pick<Subject, 'id' | 'runKey'>): WhyCommand => ({
    text: 'Do without it',
    command: `daychain skip ${id} ${runKey} ${WHY}`,
  }),
  release: ({ id, runKey }: Pick<Subject, 'id' | 'runKey'>): WhyCommand => ({
    text: 'Let it go on',
    command: `daychain release ${id} ${runKey}`,
  }),
  retryNow: ({ id, runKey }: Pick<Subject, 'id' | 'runKey'>): WhyCommand => ({
    text: 'Try now',
    command: `daychain retry ${id} ${runKey}`,
  }),
  cancel: (workflowId: string): WhyCommand => ({ text: 'Stop it', command: `daychain cancel ${workflowId} ${WHY}` }),
  logs: (workflowId: string): WhyCommand => ({ text: 'Look on', command: `daychain logs ${workflowId} --follow` }),
  show: (workflowId: string): WhyCommand => ({ text: 'All of it', command: `daychain show ${workflowId}` }),
  why: (id: string, runKey: string): WhyCommand => ({ text: 'Why', command: `daychain why ${id} ${runKey}` }),
  worker: { text: 'Start a worker', command: 'daychain worker' },
  status: { text: 'Workers and chains', command: 'daychain status' },
  sync: (id: string): WhyCommand => ({ text: 'Make the schedule', command: `daychain sync ${id}` }),
  resume: (id: string, catchUp: boolean): WhyCommand => ({
    text: catchUp ? 'Go on, and run what fell due' : 'Go on',
    command: `daychain resume ${id}${catchUp ? ' --catch-up' : ''}`,
  }),
  next: (id: string): WhyCommand => ({ text: 'When it is due', command: `daychain next ${id}` }),
} as const;
