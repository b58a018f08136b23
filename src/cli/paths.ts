/** Paths as people read them. */
import { relative } from 'node:path';

/** Relative to the current folder where that is shorter. */
export function shortenedPath(path: string, cwd = process.cwd()): string {
  const near = relative(cwd, path);
  return near !== '' && near.length < path.length ? near : path;
}
