/** Which project a command means. */
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { BadInput } from '../control/errors.js';

/**
 * The project's folder: the one named, else of the folders upward the nearest that is one, or whose package.json names one as
 * `daychain.project`.
 * @throws BadInput if there is none
 */
export function findProjectDir(named: string | undefined, cwd: string): string {
  if (named !== undefined) {
    const dir = resolve(cwd, named);
    if (!isFolder(dir)) throw new BadInput(`--project ${named}: there is no folder ${dir}.`);
    // The folder of a package may stand for the project it names.
    return isProject(dir) ? dir : (namedInPackage(dir) ?? dir);
  }
  for (const dir of foldersUpward(cwd)) {
    if (isProject(dir)) return dir;
    const project = namedInPackage(dir);
    if (project !== null) return project;
  }
  throw new BadInput(
    [
      `There is no daychain project in ${cwd} or above it.`,
      'A project is a folder with tasks/ or chains/ or daychain.config.ts. Name one: --project DIR',
    ].join('\n'),
  );
}

function foldersUpward(from: string): string[] {
  const found = [from];
  for (let dir = from; dirname(dir) !== dir; dir = dirname(dir)) found.push(dirname(dir));
  return found;
}

function isProject(dir: string): boolean {
  // A `tasks` folder alone may be anybody's; with code in it, it is ours.
  return hasConfig(dir) || ['tasks', 'chains', 'retryables'].some((name) => hasCode(join(dir, name)));
}

function hasConfig(dir: string): boolean {
  return ['ts', 'js', 'mjs'].some((ending) => existsSync(join(dir, `daychain.config.${ending}`)));
}

function hasCode(dir: string): boolean {
  try {
    return readdirSync(dir).some((name) => /\.(?:ts|js|mjs)$/.test(name) && !name.endsWith('.d.ts'));
  } catch {
    return false;
  }
}

/** @throws BadInput if the package names a folder that is not there */
function namedInPackage(dir: string): string | null {
  const file = join(dir, 'package.json');
  let project: unknown;
  try {
    const content = JSON.parse(readFileSync(file, 'utf8')) as { daychain?: { project?: unknown } } | null;
    project = content?.daychain?.project;
  } catch {
    return null;
  }
  if (typeof project !== 'string') return null;
  const found = resolve(dir, project);
  if (!isFolder(found))
    throw new BadInput(`${file} names the project "${project}" (daychain.project), but there is no such folder.`);
  return found;
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
