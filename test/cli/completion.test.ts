/** Completion as typed: the scripts in the real shells, asked as their Tab key asks. */
import { execFileSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { BIN, plainEnvironment, userFolder, type UserFolder } from '../support/daychain.js';

const TASK = `import { defineTask } from 'daychain';\nexport default defineTask({ run: () => ({}) });\n`;
let folder: UserFolder;
const scripts: Record<string, string> = {};

beforeAll(async () => {
  folder = userFolder({
    'tasks/task_mail.js': TASK,
    'tasks/task_move.js': TASK,
    'chains/nightly.js': 'export default {',
    'some.cron': '',
  });
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { exit, stdout } = await folder.run('completion', shell);
    expect(exit).toBe(0);
    scripts[shell] = join(folder.dir, `completion.${shell}`);
    writeFileSync(scripts[shell], stdout);
  }
  // The scripts ask "daychain" for ids, wherever that is.
  writeFileSync(join(folder.dir, 'daychain'), `#!/bin/sh\nexec "${process.execPath}" "${BIN}" "$@"\n`);
  chmodSync(join(folder.dir, 'daychain'), 0o755);
});

const CASES: [string, string[]][] = [
  ['ch', ['check']],
  ['re', ['rerun', 'resume', 'release', 'retries', 'retry']],
  ['at ca', ['cancel']],
  ['run task_m', ['task_mail', 'task_move']],
  ['run ni', ['nightly']],
  ['graph ', ['nightly']],
  ['graph --format s', ['svg']],
  ['graph nightly --fo', ['--format']],
  ['run task_mail --da', ['--date']],
  ['run task_mail --date y', ['yesterday']],
  ['show nightly tod', ['today']],
  ['import crontab some', ['some.cron']],
  ['list --j', ['--json']],
  ['new ch', ['chain']],
];

describe('completion in bash', () => {
  it.each(CASES)('daychain %s', (line, expected) => {
    expect(inBash(line)).toEqual(expect.arrayContaining(expected));
  });

  it('offers nothing that does not begin so', () => {
    expect(inBash('run task_m')).toEqual(['task_mail', 'task_move']);
    expect(inBash('zzz')).toEqual([]);
  });
});

describe.skipIf(!isThere('fish'))('completion in fish', () => {
  it.each(CASES)('daychain %s', (line, expected) => {
    expect(inFish(line)).toEqual(expect.arrayContaining(expected));
  });
});

describe.skipIf(!isThere('zsh'))('completion in zsh', () => {
  it('loads, and registers the function for daychain', () => {
    const script = `autoload -U compinit && compinit -u -D; source ${quoted(scripts.zsh!)}; print -r -- "$_comps[daychain]"`;
    expect(execFileSync('zsh', ['-fc', script], options()).trim()).toContain('_daychain');
  });

  it.each(CASES)('daychain %s', (line, expected) => {
    expect(inZsh(line)).toEqual(expect.arrayContaining(expected));
  });
});

function inBash(line: string): string[] {
  return words(execFileSync('bash', ['--norc', '-c', `source ${quoted(scripts.bash!)}; ${asked(line)}`], options()));
}

/** The same function, with arrays counted from 0, as bashcompinit has it called. */
function inZsh(line: string): string[] {
  const script = `autoload -U compinit && compinit -u -D; source ${quoted(scripts.zsh!)}; f() { emulate -L sh; setopt kshglob noshglob braceexpand; ${asked(line)}; }; f`;
  return words(execFileSync('zsh', ['-fc', script], options()));
}

function inFish(line: string): string[] {
  const script = `source ${quoted(scripts.fish!)}; complete -C ${quoted(`daychain ${line}`)}`;
  return words(execFileSync('fish', ['--no-config', '-c', script], options())).map((one) => one.split('\t')[0]!);
}

/** What the Tab key does: the words typed, and which of them the cursor is in. */
function asked(line: string): string {
  const typed = ['daychain', ...line.split(' ')];
  return `COMP_WORDS=(${typed.map(quoted).join(' ')}); COMP_CWORD=${typed.length - 1}; _daychain; printf '%s\\n' "\${COMPREPLY[@]}"`;
}

function words(text: string): string[] {
  return text.split('\n').filter((word) => word !== '');
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

function options() {
  const environment = plainEnvironment();
  const env = { ...environment, PATH: `${folder.dir}:${environment.PATH}`, HOME: folder.dir };
  return {
    cwd: folder.dir,
    env,
    encoding: 'utf8' as const,
    stdio: ['ignore', 'pipe', 'inherit'] as ['ignore', 'pipe', 'inherit'],
  };
}

function isThere(shell: string): boolean {
  try {
    execFileSync(shell, ['-c', 'true']);
    return true;
  } catch {
    return false;
  }
}
