/** A job of a crontab as program and arguments: the same shell, environment, folder and input as under cron. */
import type { JobLine } from './read.js';

/** They mean something to cron itself, and nothing to what it starts. */
export const OF_CRON = [
  'MAILTO',
  'MAILFROM',
  'CRON_TZ',
  'CONTENT_TYPE',
  'CONTENT_TRANSFER_ENCODING',
  'RANDOM_DELAY',
  'START_HOURS_RANGE',
];

/** @param withheld names of variables that are not to be written down */
export function argvOf({ command, input, environment }: JobLine, withheld: ReadonlySet<string>): [string, ...string[]] {
  const shell = environment.get('SHELL') ?? '/bin/sh';
  const passed = [...environment].filter(([name]) => name !== 'SHELL' && !OF_CRON.includes(name) && !withheld.has(name));
  const plain = passed.filter(([, value]) => !hasBraces(value)).map(([name, value]) => `${name}=${value}`);
  const exported = passed.filter(([, value]) => hasBraces(value)).map(([name, value]) => `export ${name}=${quoted(value)}; `);
  // Cron starts in the home folder.
  const script = `${exported.join('')}cd && ${command}`;
  const words = input === null ? [shell, '-c', script] : [shell, '-c', `printf '%s\\n' "$1" | { ${script}\n}`, 'sh', input];
  const safe = words.some(hasBraces) ? inPieces(shell, script, input) : words;
  return [...(plain.length === 0 ? [] : ['/usr/bin/env', ...plain]), ...safe] as [string, ...string[]];
}

/** `{word}` in an argument is a placeholder of daychain's; a command that has one is put together by the shell itself. */
function inPieces(shell: string, script: string, input: string | null): string[] {
  const body = piecesOf(script);
  const text = body.map((_, at) => `$${position(at + 1)}`).join('');
  if (input === null) return [shell, '-c', `eval "set --; ${text}"`, 'sh', ...body];
  const fed = piecesOf(input);
  const words = fed.map((_, at) => `$${position(body.length + at + 1)}`).join('');
  return [shell, '-c', `printf '%s\\n' "${words}" | { eval "set --; ${text}"; }`, 'sh', ...body, ...fed];
}

/** `$10` would be `$1` and a zero; and `${10}` is no placeholder. */
function position(number: number): string {
  return number < 10 ? String(number) : `{${number}}`;
}

/** Cut behind every brace that opens a word. */
function piecesOf(text: string): string[] {
  return text.split(/(?<=\{)(?=[A-Za-z_]\w*\})/);
}

function hasBraces(text: string): boolean {
  return /\{[A-Za-z_]\w*\}/.test(text);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
