/** Where things stand. Everything is absolute, so that a build works from any folder, one with a space in its name too. */
import { fileURLToPath } from 'node:url';
import path from 'node:path';

export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '');
export const src = path.join(root, 'src');
export const dist = path.join(root, 'dist');
export const workflows = path.join(dist, 'workflows', 'index.js');
export const pageSource = path.join(src, 'web', 'page');
export const page = path.join(dist, 'web', 'page');
export const workflowBundle = path.join(dist, 'workflow-bundle.js');

/** A path as people read it: from the repository's root. */
export const relative = (absolute) => path.relative(root, absolute);
