import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { root } from './tracked-files.js';

/** Source files below a folder of the repository, with forward slashes, relative to that folder. */
export function sourceFiles(folder: string): string[] {
  const absolute = path.join(root, folder);
  if (!existsSync(absolute)) return [];
  return readdirSync(absolute, { recursive: true, encoding: 'utf8' })
    .map((file) => file.split(path.sep).join('/'))
    .filter((file) => /\.(tsx?|js|mjs)$/.test(file) && !/(^|\/)(node_modules|out|\.daychain)\//.test(file))
    .sort();
}
