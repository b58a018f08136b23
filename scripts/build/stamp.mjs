/**
 * Whether dist/ is what a build would make of the inputs as they are now.
 * Contents are compared, not times: a checkout, a copy or an unpacked archive changes times and nothing else.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { dist, page, pageSource, relative, root, src, workflowBundle } from './paths.mjs';

const stampFile = path.join(dist, '.build-stamp.json');

/** One hash over every file that decides what dist/ holds, this script's own and the SDK's version included. */
export function readInputs() {
  const hash = createHash('sha256');
  const files = [
    ...filesUnder(src),
    ...filesUnder(path.join(root, 'scripts', 'build')),
    ...['tsconfig.json', 'tsconfig.build.json', 'package.json'].map((name) => path.join(root, name)),
    path.join(root, 'node_modules', '@temporalio', 'worker', 'package.json'),
    ...['typescript', 'esbuild', 'preact'].map((name) => path.join(root, 'node_modules', name, 'package.json')),
  ];
  for (const file of files) {
    const content = existsSync(file) ? readFileSync(file) : '';
    hash.update(`${relative(file)}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}

/** @param since epoch milliseconds; a build that began earlier does not count */
export function isFresh(inputs, since = 0) {
  if (!existsSync(path.join(dist, 'index.js'))) return false;
  if (existsSync(path.join(src, 'workflows', 'index.ts')) && !existsSync(workflowBundle)) return false;
  if (existsSync(pageSource) && !existsSync(path.join(page, 'index.html'))) return false;
  try {
    const stamp = JSON.parse(readFileSync(stampFile, 'utf8'));
    return stamp.inputs === inputs && stamp.writtenAt >= since;
  } catch {
    return false;
  }
}

/** @param inputs as they were read before the build began, so that a file saved meanwhile makes it stale */
export function writeStamp(inputs) {
  writeWhole(stampFile, JSON.stringify({ inputs, writtenAt: Date.now() }));
}

/** Nobody ever reads half a file: it is written beside its place and then moved there. */
export function writeWhole(file, content) {
  mkdirSync(path.dirname(file), { recursive: true });
  const beside = `${file}.${process.pid}.tmp`;
  writeFileSync(beside, content);
  renameSync(beside, file);
}

export function filesUnder(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
}
