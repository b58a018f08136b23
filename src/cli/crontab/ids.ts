/** Ids for the lines of a crontab, made of what they run. */

import { idProblem } from '../../plan/ids.js';

/** Programs that only start another one. */
const STARTERS = new Set(
  [
    'sh',
    'bash',
    'zsh',
    'dash',
    'ksh',
    'env',
    'nice',
    'ionice',
    'chrt',
    'sudo',
    'doas',
    'su',
    'timeout',
    'flock',
    'nohup',
    'time',
    'exec',
    'command',
    'setsid',
    'chronic',
    'cronic',
    'stdbuf',
    'run-one',
  ]
    .concat([
      'python',
      'python2',
      'python3',
      'php',
      'perl',
      'ruby',
      'node',
      'npx',
      'java',
      'uv',
      'poetry',
      'bundle',
      'rake',
      'npm',
      'docker',
      'docker-compose',
      'podman',
      'kubectl',
    ])
    .concat([
      'cd',
      'test',
      '[',
      '.',
      'source',
      'export',
      'umask',
      'ulimit',
      'sleep',
      'true',
      '!',
      'if',
      'then',
      '&&',
      '||',
      'run',
      'exec',
      'compose',
    ]),
);

/** A readable id: `/usr/local/bin/backup.sh --all` is `backup`, `php artisan schedule:run` is `artisan-schedule-run`. */
export function idOf(command: string): string {
  const simple = lastPart(command);
  const words = simple
    .split(/\s+/)
    .map(unquoted)
    .filter((word) => word !== '');
  const rest = words.filter((word, at) => !isNoise(word, words[at - 1]));
  const [program = 'job', sub] = rest;
  const named = baseName(program);
  const isManager = /^(?:manage\.py|artisan|console|rake|make|wp|drush|rails|symfony|mix|cli)$/.test(program.split('/').at(-1)!);
  const text = isManager && sub !== undefined ? `${named}-${sub}` : named;
  const id = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9_]+/g, '-')
    .replaceAll(/^[^a-z]+|[-_]+$/g, '')
    .slice(0, 60);
  if (id === '') return 'cron-job';
  return idProblem(id) === null ? id : `${id}-job`;
}

/** The id, with a number behind it where it is taken. Takes it. */
export function uniqueId(wanted: string, taken: Set<string>): string {
  let id = wanted;
  for (let number = 2; taken.has(id); number += 1) id = `${wanted}-${number}`;
  taken.add(id);
  return id;
}

/** `cd /app && ./bin/x > log 2>&1` runs `./bin/x`; of `[ -x a ] && a` the last part counts, of a pipe the first. */
function lastPart(command: string): string {
  const parts = command
    .replaceAll(/\s\d?>>?\s*\S+|\s?\d?>&\d|\s<\s*\S+/g, ' ')
    .split(/&&|\|\||;/)
    .map((part) => part.trim())
    .filter((part) => part !== '' && !/^(?:cd|test|\[|\.|source|export|sleep|umask|true|exit|fi|then|if)\b|^\[/.test(part));
  return (parts[0] ?? command).split('|')[0]!;
}

function isNoise(word: string, before: string | undefined): boolean {
  const name = word
    .split('/')
    .at(-1)!
    .replace(/[\d.]+$/, '');
  if (word.startsWith('-') || /^[A-Za-z_]\w*=/.test(word) || /^\d+[smhd]?$/.test(word)) return true;
  if (/\.lock$/.test(word)) return true;
  if (before === '-u' || before === '-c2' || before === '-w') return true;
  return STARTERS.has(word) || STARTERS.has(name);
}

function baseName(word: string): string {
  const name = word.replace(/\/+$/, '').split('/').at(-1)!;
  return name.replace(/\.(?:sh|bash|py|php|pl|rb|js|mjs|ts|jar|exe)$/, '') || name;
}

function unquoted(word: string): string {
  return word.replaceAll(/^["'({]+|["')}]+$/g, '');
}
