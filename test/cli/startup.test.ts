/** What the command loads before it knows what is asked: nearly nothing. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { BIN, plainEnvironment } from '../support/daychain.js';
import { PROCESS_MS } from '../support/patience.js';
import { temporaryFolder } from '../support/servers.js';

/** The files a command line has loaded, by what the loader resolved. */
function loadedBy(words: string[]): string[] {
  const dir = temporaryFolder();
  const [hooks, spy] = [join(dir, 'hooks.mjs'), join(dir, 'spy.mjs')];
  writeFileSync(
    hooks,
    `import { appendFileSync } from 'node:fs';
export async function load(url, context, next) {
  if (url.startsWith('file:')) appendFileSync(${JSON.stringify(join(dir, 'loaded'))}, url + '\\n');
  return next(url, context);
}\n`,
  );
  writeFileSync(spy, `import { register } from 'node:module';\nregister(${JSON.stringify(`file://${hooks}`)});\n`);
  writeFileSync(join(dir, 'loaded'), '');
  execFileSync(process.execPath, ['--import', spy, BIN, ...words], { env: plainEnvironment(), timeout: PROCESS_MS });
  return readFileSync(join(dir, 'loaded'), 'utf8').trim().split('\n');
}

it('loads for --help only the words of the help, and no command', () => {
  const loaded = loadedBy(['--help']);
  expect(loaded.some((url) => url.endsWith('dist/cli/program.js'))).toBe(true);
  expect(loaded.filter((url) => /\/cli\/commands\/|\/control\/|\/registry\/|@temporalio|\/zod\//.test(url))).toEqual([]);
  expect(loaded.length).toBeLessThan(20);
});

it('loads the command that is named, and no other', () => {
  const loaded = loadedBy(['list', '--help']).filter((url) => url.includes('/cli/commands/'));
  expect(loaded.map((url) => url.split('/').at(-1))).toEqual(['list.js']);
});
