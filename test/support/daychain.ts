/** The built command as a user has it, in a folder of its own. Needs `dist/`. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isAlive } from '../../src/local/process-mark.js';
import { findFreePort } from '../../src/local/ports.js';
import { type LocalState, type ProcessMark, readState } from '../../src/local/state.js';
import { eventually, within } from './engine.js';
import { removeFolder } from './remove-folder.js';
import { PROCESS_MS } from './patience.js';
import { afterwards } from './servers.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
export const BIN = join(ROOT, 'bin/daychain.js');

export interface Running {
  child: ChildProcess;
  /** All it has written so far, both streams. */
  text(): string;
  exit: Promise<number | null>;
}

export interface Answer {
  exit: number;
  stdout: string;
  stderr: string;
  /** What stood on stdout, where `--json` was asked for. */
  json: unknown;
}

export interface UserFolder {
  dir: string;
  /** Writes files, by path in the folder. */
  write(files: Record<string, string>): void;
  run(...words: string[]): Promise<Answer>;
  runWith(environment: Record<string, string>, ...words: string[]): Promise<Answer>;
  spawn(...words: string[]): Running;
  /** Starts `daychain up` and resolves when it says that it runs. It is stopped after the test, and all it left behind. */
  up(): Promise<Running>;
  state(): LocalState | null;
}

/** A folder with the package in its node_modules, removed after the test (or the file's tests). */
export function userFolder(files: Record<string, string> = {}): UserFolder {
  // With a space: paths must be quoted nowhere.
  const dir = mkdtempSync(join(tmpdir(), 'daychain user '));
  mkdirSync(join(dir, 'node_modules'));
  symlinkSync(ROOT, join(dir, 'node_modules', 'daychain'), 'dir');
  afterwards(() => removeFolder(dir));
  const write = (more: Record<string, string>) => {
    for (const [path, text] of Object.entries(more)) {
      mkdirSync(dirname(join(dir, path)), { recursive: true });
      writeFileSync(join(dir, path), text);
    }
  };
  write(files);
  const state = () => readState(join(dir, '.daychain'));
  return {
    dir,
    write,
    state,
    run: (...words) => runIn(dir, {}, words),
    runWith: (environment, ...words) => runIn(dir, environment, words),
    spawn: (...words) => spawnIn(dir, words),
    async up() {
      const running = spawnIn(dir, ['up'], await ownPage());
      const seen: ProcessMark[] = [];
      afterwards(async () => {
        seen.push(...marksOf(state()));
        running.child.kill('SIGTERM');
        await within(90_000, 'the end of up', running.exit).catch(() => running.child.kill('SIGKILL'));
        for (const mark of seen) if (isAlive(mark)) process.kill(mark.pid, 'SIGKILL');
        await eventually('the end of all it started', () => !seen.some(isAlive));
      });
      await eventually(
        'up to be ready',
        () => {
          if (running.child.exitCode !== null) throw new Error('up ended');
          return running.text().includes('Running. Ctrl-C');
        },
        PROCESS_MS,
      ).catch((error: unknown) => {
        throw new Error(`${String(error)}\n${running.text()}`);
      });
      seen.push(...marksOf(state()));
      return running;
    },
  };
}

/** The processes a running `up` has told of: itself, its servers, its worker. */
export function marksOf(state: LocalState | null): ProcessMark[] {
  if (state === null) return [];
  const marks = [state.up, state.temporal?.process, state.redis?.process, state.worker, state.web?.process];
  return marks.filter((mark) => mark !== null && mark !== undefined);
}

/** The test's own surroundings may name servers: here there are none. */
export function plainEnvironment(): Record<string, string> {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(TEMPORAL_|REDIS_|DAYCHAIN_HOME|NODE_OPTIONS|VITEST|FORCE_COLOR|SMTP_)/.test(name),
  );
  return Object.fromEntries(kept) as Record<string, string>;
}

/** For `up`: a port of its page's own, which nobody takes while its process is away, as they might the usual one. */
export async function ownPage(): Promise<Record<string, string>> {
  return { DAYCHAIN_WEB_PORT: String(await findFreePort([])) };
}

export function spawnIn(dir: string, words: string[], environment: Record<string, string> = {}): Running {
  const child = spawn(process.execPath, [BIN, ...words], {
    cwd: dir,
    env: { ...plainEnvironment(), ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  const exit = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  return { child, text: () => text, exit };
}

function runIn(cwd: string, environment: Record<string, string>, words: string[]): Promise<Answer> {
  return new Promise((resolve) => {
    const options = { cwd, env: { ...plainEnvironment(), ...environment }, timeout: PROCESS_MS };
    const child = execFile(process.execPath, [BIN, ...words], options, (error, stdout, stderr) => {
      const exit = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      resolve({ exit, stdout, stderr, json: words.includes('--json') && stdout !== '' ? JSON.parse(stdout) : null });
    });
    child.stdin?.end();
  });
}
