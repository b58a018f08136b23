/** A Postgres of the test's own, where the machine has one. Asked for in `beforeAll`; stopped after the file's tests. */
import { execFileSync, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFreePort } from '../../src/local/ports.js';
import { TEST_HOME_PREFIX } from './test-homes.js';
import { afterwards } from './servers.js';

const DEBIAN = '/usr/lib/postgresql';

/** Where its programs are; null where there are none. */
export function postgresPrograms(): string | null {
  if (!existsSync(DEBIAN)) return null;
  const folders = readdirSync(DEBIAN).map((version) => join(DEBIAN, version, 'bin'));
  return folders.find((folder) => existsSync(join(folder, 'initdb'))) ?? null;
}

/** Postgres refuses to run as root: then it runs as the user its package brings. */
function owner(): { uid: number; gid: number } | Record<never, never> {
  if (process.getuid?.() !== 0) return {};
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

/** Starts it and answers its URL. Nothing is flushed to the disk: processes are killed here, machines are not. */
export async function startPostgres(): Promise<string> {
  const programs = postgresPrograms()!;
  const as = owner();
  const dir = mkdtempSync(join(tmpdir(), TEST_HOME_PREFIX));
  if ('uid' in as) chownSync(dir, as.uid, as.gid);
  const data = join(dir, 'data');
  execFileSync(join(programs, 'initdb'), ['-D', data, '-U', 'test', '--auth=trust', '--no-sync', '-E', 'UTF8'], {
    ...as,
    cwd: dir,
    stdio: 'ignore',
    timeout: 120_000,
  });
  afterwards(() => rmSync(dir, { recursive: true, force: true }));
  for (let rounds = 3; ; rounds--) {
    const port = await findFreePort([]);
    const refusal = await runPostgres(join(programs, 'postgres'), ['-D', data], port, { ...as, cwd: dir });
    if (refusal === null) return `postgres://test@127.0.0.1:${port}/postgres`;
    // The port was free a moment ago.
    if (rounds > 1 && refusal.includes('Address already in use')) continue;
    throw new Error(`Postgres did not start: ${refusal}`);
  }
}

/** Resolves once it accepts connections, with null, or has ended, with what it said. Stopped after the file's tests. */
async function runPostgres(program: string, words: string[], port: number, as: { cwd: string }): Promise<string | null> {
  const settings = [`port=${port}`, 'listen_addresses=127.0.0.1', 'unix_socket_directories=', 'fsync=off', 'max_connections=60'];
  const server = spawn(program, [...words, ...settings.flatMap((one) => ['-c', one])], {
    ...as,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = new Promise<void>((resolve) => server.once('close', () => resolve()));
  afterwards(async () => {
    server.kill('SIGINT');
    await ended;
  });
  let told = '';
  return await new Promise<string | null>((resolve) => {
    server.stderr.on('data', (chunk: Buffer) => {
      told += chunk.toString();
      if (told.includes('ready to accept connections')) resolve(null);
    });
    void ended.then(() => resolve(told));
  });
}
