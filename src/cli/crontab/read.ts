/** Reads a crontab as Vixie cron and its heirs do: what each line is, and what it means for the lines below it. */

/** A line that starts something. */
export interface JobLine {
  kind: 'job';
  /** Five fields, or an @form. */
  when: string;
  /** Who it ran as: only in system crontabs. */
  user: string | null;
  /** For the shell; escapes undone. */
  command: string;
  /** What it got on standard input: all behind the first `%`. Null: nothing. */
  input: string | null;
  /** In force at this line, in order. */
  environment: ReadonlyMap<string, string>;
  /** The comment right above it; null without one. */
  comment: string | null;
}

export type CrontabLine = { number: number; text: string } & (
  | { kind: 'blank' | 'comment' }
  /** A job that somebody has switched off with a `#`. */
  | { kind: 'disabled' }
  | { kind: 'environment'; name: string; value: string }
  | JobLine
  /** Neither: cron itself would complain. */
  | { kind: 'unreadable'; why: string }
);

export interface CrontabOptions {
  /** Lines name a user between times and command, as in /etc/crontab. */
  system: boolean;
}

/** Every line, in order; none is left out. */
export function readCrontab(text: string, { system }: CrontabOptions): CrontabLine[] {
  let environment: ReadonlyMap<string, string> = new Map();
  let comments: string[] = [];
  return linesOf(text).map((line, at): CrontabLine => {
    const place = { number: at + 1, text: line };
    const bare = line.trim();
    if (bare === '') {
      comments = [];
      return { ...place, kind: 'blank' };
    }
    if (bare.startsWith('#')) {
      const said = bare.replace(/^#+\s?/, '').trim();
      if (isJob(said, system)) return { ...place, kind: 'disabled' };
      comments = [...comments, said];
      return { ...place, kind: 'comment' };
    }
    const comment = comments.filter((one) => /\p{L}/u.test(one)).join(' ') || null;
    comments = [];
    const assignment = readAssignment(bare);
    if (assignment !== null) {
      environment = new Map([...environment, [assignment.name, assignment.value]]);
      return { ...place, kind: 'environment', ...assignment };
    }
    const parts = split(bare, system);
    if (typeof parts === 'string') return { ...place, kind: 'unreadable', why: parts };
    const { command, input } = readCommand(parts.command);
    return { ...place, kind: 'job', when: parts.when, user: parts.user, command, input, environment, comment };
  });
}

/**
 * Whether the lines certainly name users: every job has one of the machine's users where the command would begin, and one of
 * them is root, which is no program. Other names (`mail`, `games`) may be both.
 */
export function namesUsers(text: string, users: ReadonlySet<string>): boolean {
  const lines = linesOf(text).map((line) => line.trim());
  const jobs = lines.filter((line) => line !== '' && !line.startsWith('#') && readAssignment(line) === null);
  const words = jobs.map((line) => {
    const parts = split(line, true);
    return typeof parts === 'string' ? '' : parts.user!;
  });
  return words.includes('root') && words.every((word) => users.has(word));
}

function linesOf(text: string): string[] {
  const lines = text.split('\n').map((line) => line.replace(/\r$/, ''));
  // What ends in a line end has no further line.
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

/** `NAME = value`; either may stand in quotes. Values are taken as they are: cron replaces nothing in them. */
function readAssignment(line: string): { name: string; value: string } | null {
  const found = /^(?:"([^"]+)"|'([^']+)'|([^\s="']+))\s*=\s*(.*)$/.exec(line);
  if (found === null) return null;
  const name = found[1] ?? found[2] ?? found[3]!;
  const value = found[4]!.trim();
  const quoted = /^"(.*)"$|^'(.*)'$/.exec(value);
  return { name, value: quoted === null ? value : (quoted[1] ?? quoted[2]!) };
}

interface Parts {
  when: string;
  user: string | null;
  command: string;
}

function split(line: string, system: boolean): Parts | string {
  // SUSE's cron: a minus in front keeps the line out of its log.
  const text = line.replace(/^-(?=[\d*@])/, '');
  const isForm = text.startsWith('@');
  const pattern = isForm ? /^(@\S+)\s+(.*)$/ : /^(\S+\s+\S+\s+\S+\s+\S+\s+\S+)\s+(.*)$/;
  const found = pattern.exec(text);
  if (found === null) return isForm ? 'it names no command' : 'it has neither five fields and a command, nor the form NAME=value';
  const when = found[1]!.replaceAll(/\s+/g, ' ');
  if (!system) return { when, user: null, command: found[2]! };
  const [, user, command] = /^(\S+)\s+(.*)$/.exec(found[2]!) ?? [];
  if (user === undefined || command === undefined) return 'it names a user and no command';
  return { when, user: user.replace(/:.*$/, ''), command };
}

/** Whether a line behind a `#` would be a job: the fields must look like times, not like words. */
function isJob(text: string, system: boolean): boolean {
  if (/^@(?:reboot|hourly|daily|midnight|weekly|monthly|yearly|annually)\s+\S/i.test(text)) return true;
  const parts = split(text, system);
  if (typeof parts === 'string' || parts.command === '') return false;
  const fields = parts.when.split(' ');
  const looksLikeTime = (field: string) =>
    /^(?:\*|\d|(?:sun|mon|tue|wed|thu|fri|sat|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\b)[\w*/,#-]*$/i.test(field);
  return fields.length === 5 && fields.every(looksLikeTime);
}

/** Up to the first `%` it is the command, behind it standard input, where further ones are line ends; `\%` is a percent sign. */
function readCommand(text: string): { command: string; input: string | null } {
  const pieces = [''];
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at]!;
    if (letter === '\\' && text[at + 1] === '%') {
      pieces[pieces.length - 1] += '%';
      at += 1;
    } else if (letter === '%') pieces.push('');
    else pieces[pieces.length - 1] += letter;
  }
  const [command, ...input] = pieces;
  return { command: command!.trim(), input: input.length === 0 ? null : input.join('\n') };
}
