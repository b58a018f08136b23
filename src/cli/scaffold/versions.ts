/** The exact versions that a new project's package.json names: those this package itself works with. */
import { readFileSync } from 'node:fs';
import { relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Versions {
  daychain: string;
  tsx: string;
  typescript: string;
  nodeTypes: string;
}

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** @param dir the new project's folder: a checkout of daychain is named by the way from there */
export function readVersions(dir: string): Versions {
  const own = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
    version: string;
    dependencies: Record<string, string>;
    devDependencies: Record<string, string>;
  };
  const isInstalled = ROOT.includes(`${sep}node_modules${sep}`);
  return {
    daychain: isInstalled ? own.version : `file:${relative(dir, ROOT).split(sep).join('/') || '.'}`,
    tsx: own.dependencies.tsx!,
    typescript: own.devDependencies.typescript!,
    nodeTypes: own.devDependencies['@types/node']!,
  };
}
