/** Small project folders, loaded as a user's are. */
import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { loadProject, problemText, type Registry } from '../../src/registry/index.js';
import { PROCESS_MS } from '../support/patience.js';
import { temporaryFolder } from '../support/servers.js';

const REPOSITORY = fileURLToPath(new URL('../../', import.meta.url));

/** What stands for the installed package: its marks and its zod, nothing else. */
const PACKAGE = `
export { z } from ${JSON.stringify(pathToFileURL(join(REPOSITORY, 'node_modules/zod/index.js')).href)};
export { env } from ${JSON.stringify(pathToFileURL(join(REPOSITORY, 'dist/define/env.js')).href)};
export const defineTask = (definition) => ({ kind: 'task', definition });
export const defineChain = (definition) => ({ kind: 'chain', definition });
export const defineProject = (definition) => ({ kind: 'project', definition });
`;

export type Files = Record<string, string>;

/** Writes files (path to text) into a fresh folder, removed after the test; `jobs` is the project in it. */
export function folderWith(files: Files, name = 'jobs'): string {
  const dir = join(temporaryFolder(), name);
  writeFiles(dir, {
    'node_modules/daychain/package.json': '{"name":"daychain","type":"module","exports":"./index.js"}',
    'node_modules/daychain/index.js': PACKAGE,
    ...files,
  });
  return dir;
}

export function writeFiles(dir: string, files: Files): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  }
}

/** The text of a task's file, by the text of its definition. */
export const task = (definition = '{ run() {} }') =>
  `import { defineTask, z } from 'daychain';\nexport default defineTask(${definition});\n`;
export const chain = (definition: string) =>
  `import { defineChain } from 'daychain';\nexport default defineChain(${definition});\n`;
export const config = (definition: string) =>
  `import { defineProject, env } from 'daychain';\nexport default defineProject(${definition});\n`;

export function load(files: Files, environment: Record<string, string> = {}): Promise<Registry> {
  return loadProject(folderWith(files), environment);
}

/** `file field: text` of every problem. */
export function told(registry: Registry): string[] {
  return registry.problems.map((problem) => `${problem.file} ${problem.field}: ${problemText(problem)}`);
}

/** Loads a folder with the built package in a Node process of its own: no test runner and no loader of ours stands in between. */
export async function loadAlone(dir: string): Promise<{ problems: string[]; tasks: string[]; chains: string[]; text: string }> {
  const script = `
    const { loadProject, formatProblems, problemText } = await import(${JSON.stringify(pathToFileURL(join(REPOSITORY, 'dist/registry/index.js')).href)});
    const registry = await loadProject(${JSON.stringify(dir)});
    const problems = registry.problems.map((one) => one.file + ' ' + one.field + ': ' + problemText(one));
    console.log(JSON.stringify({ problems, tasks: registry.taskIds(), chains: registry.chainIds(), text: formatProblems(registry.problems) }));`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
    cwd: REPOSITORY,
    timeout: PROCESS_MS,
  });
  return JSON.parse(stdout) as Awaited<ReturnType<typeof loadAlone>>;
}
