/** Checks a command's place in a chain. */
import { idProblem } from '../plan/ids.js';
import { at, readText, readTexts, type Fields } from './fields.js';
import { nearest, shown, type Note } from './problems.js';
import { readSettings, type Settings } from './settings.js';

export interface Command {
  argv: readonly [string, ...string[]];
  settings: Settings;
  summary: string | null;
  tags: string[];
  /** Names of settings. */
  needs: string[];
}

/** What `{…}` in an argument may name. */
export const PLACEHOLDERS = ['date', 'run_key', 'scheduled_for', 'attempt'];

export function readCommand(note: Note, path: string, id: string, place: Fields): Command {
  const problem = idProblem(id);
  if (problem) note(path, id, `${problem}.`);
  return {
    argv: readArgv(note, at(path, 'command'), place.command),
    settings: readSettings(note, path, place),
    summary: readText(note, at(path, 'summary'), place.summary) ?? null,
    tags: readTexts(note, at(path, 'tags'), place.tags) ?? [],
    needs: readTexts(note, at(path, 'needs'), place.needs) ?? [],
  };
}

function readArgv(note: Note, path: string, value: unknown): readonly [string, ...string[]] {
  const example = "['/usr/local/bin/backup.sh', '{date}']";
  if (!Array.isArray(value) || value.length === 0) {
    note(
      path,
      value,
      `${shown(value)} is no command: write the program and its arguments as a list, like ${example}; there is no shell.`,
    );
    return [''];
  }
  value.forEach((part: unknown, index) => {
    const partPath = `${path}[${index}]`;
    if (typeof part !== 'string' || part.includes('\0')) note(partPath, part, `${shown(part)} is no text.`);
    else if (index === 0 && part.trim() === '') note(partPath, part, 'the program has no name.');
    else checkPlaceholders(note, partPath, part);
  });
  return value as unknown as [string, ...string[]];
}

/** Only what looks like a placeholder is one: braces around anything but a single word are the program's own. */
function checkPlaceholders(note: Note, path: string, part: string): void {
  for (const [whole, name = ''] of part.matchAll(/\{([A-Za-z_]\w*)\}/g)) {
    if (PLACEHOLDERS.includes(name)) continue;
    const known = PLACEHOLDERS.map((one) => `{${one}}`).join(', ');
    const suggestion = nearest(name, PLACEHOLDERS);
    note(
      path,
      part,
      `${whole} is no placeholder; there are ${known}. Braces of the program's own take a space inside.`,
      suggestion && `{${suggestion}}`,
    );
  }
}
