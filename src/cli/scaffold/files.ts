/** New files in a project: in its own manner, and never over what is there. */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Refused } from '../../control/errors.js';

/** The ending that most of a project's files have; `ts` where there is none yet. */
export function endingOf(dir: string): 'ts' | 'js' {
  const names = ['', 'tasks', 'chains'].flatMap((folder) => namesIn(join(dir, folder)));
  const ours = names.filter((name) => !name.endsWith('.d.ts'));
  const typed = ours.filter((name) => name.endsWith('.ts')).length;
  return ours.some((name) => name.endsWith('.js') || name.endsWith('.mjs')) && typed === 0 ? 'js' : 'ts';
}

/**
 * Writes all of the files, or none.
 * @param files path in the folder → content
 * @throws Refused naming those that are there already
 */
export function writeNewFiles(dir: string, files: Readonly<Record<string, string>>): void {
  const there = Object.keys(files).filter((path) => existsSync(join(dir, path)));
  if (there.length > 0) {
    const what = there.length === 1 ? 'is' : 'are';
    throw new Refused('already_there', `${there.join(', ')} ${what} there already in ${dir}; nothing was written.`, {
      files: there,
    });
  }
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    // `wx`: should someone else have made it in between, it stays as it is.
    writeFileSync(join(dir, path), content, { flag: 'wx' });
  }
}

function namesIn(dir: string): string[] {
  try {
    return readdirSync(dir);
  } catch {
    return [];
  }
}
