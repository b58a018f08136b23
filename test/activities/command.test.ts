import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { CommandNotStarted, fillPlaceholders, GuardLost, runCommand, type Command } from '../../src/activities/command.js';

const DEADLINE_MS = 60_000;
const node = process.execPath;

/** Every process a test learns of; what is left of them is killed after it. */
const seen = new Set<number>();
const workers: ChildProcess[] = [];
afterEach(() => {
  for (const worker of workers.splice(0)) worker.kill('SIGKILL');
  for (const pid of seen) if (isRunning(pid)) process.kill(pid, 'SIGKILL');
  seen.clear();
});

describe('a command', () => {
  test('gives its exit code, its lines as they come, and the ends of its output', async () => {
    const { lines, run } = start({ argv: ['/bin/sh', '-c', 'echo one; echo two >&2; printf "no newline"; exit 7'] });
    expect(await run).toEqual({ exitCode: 7, signal: null, stdoutTail: 'one\nno newline', stderrTail: 'two\n' });
    expect(lines.toSorted()).toEqual(['stderr: two', 'stdout: no newline', 'stdout: one']);
  });

  test('has the environment, the folder and the arguments it was given, and no others', async () => {
    const { run } = start({
      argv: [node, '-p', 'JSON.stringify([process.argv[1], process.cwd(), process.env.GREETING, process.env.HOME])', 'a b*'],
      env: { GREETING: 'salut', HOME: undefined },
      cwd: '/',
    });
    expect(JSON.parse((await run).stdoutTail)).toEqual(['a b*', '/', 'salut', null]);
  });

  test('is looked for on the PATH of its own environment', async () => {
    const { run } = start({ argv: ['true'], env: { PATH: '/usr/bin:/bin' } });
    expect((await run).exitCode).toBe(0);
  });

  test('ended by a signal says which', async () => {
    const { run } = start({ argv: ['/bin/sh', '-c', 'kill -SEGV $$'] });
    expect(await run).toMatchObject({ exitCode: null, signal: 'SIGSEGV' });
  });

  test('keeps the last 8 KiB of output, cut between characters, and passes on all of it', async () => {
    const { lines, run } = start({ argv: [node, '-e', 'console.log("é".repeat(20000) + "x")'] });
    const { stdoutTail } = await run;
    expect(stdoutTail).toBe(`${'é'.repeat(4095)}x\n`);
    expect(lines.map((line) => line.replace('stdout: ', '')).join('')).toBe(`${'é'.repeat(20000)}x`);
  });

  test('is refused in words where the system has no file left, as a body of its own process is; nothing else breaks', async () => {
    const program = fileURLToPath(new URL('./support/without-files.ts', import.meta.url));
    const words = ['-c', 'ulimit -n 100; exec "$0" --import tsx "$1"', node, program];
    const child = spawn('/bin/sh', words, { stdio: ['ignore', 'pipe', 'inherit'] });
    workers.push(child);
    let said = '';
    for await (const chunk of child.stdout) said += String(chunk);
    expect(JSON.parse(said)).toEqual([
      expect.stringMatching(/^GuardLost: the guard could not be started: spawn .* EMFILE$/),
      expect.stringMatching(/^TaskError: the body's own process could not be started: spawn .* EMFILE$/),
    ]);
  });

  test.each([
    ['ENOENT', ['no-such-program-anywhere'], '/', /^no-such-program-anywhere was not found on PATH \(\/nowhere\)/],
    ['ENOENT', ['/nowhere/backup.sh'], '/', /^\/nowhere\/backup\.sh does not exist/],
    ['EACCES', ['/etc/passwd'], '/', /^\/etc\/passwd may not be executed.*chmod \+x/],
    ['ENOTDIR', ['/bin/true'], '/nowhere', /^\/bin\/true was not started: the folder.*\/nowhere$/],
  ] as const)('that cannot be started says why: %s %s', async (code, argv, cwd, message) => {
    const { run } = start({ argv: [...argv] as [string], cwd, env: { PATH: '/nowhere' } });
    const error = await run.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(CommandNotStarted);
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) as string });
  });

  test('is not started at all for a caller that has already given up', async () => {
    await expect(start({ argv: ['/bin/true'], signal: AbortSignal.abort(new Error('too late')) }).run).rejects.toThrow(
      'too late',
    );
  });

  test('ends with everything it started when it is aborted', async () => {
    const abort = new AbortController();
    const { lines, run } = start({ argv: family('sleep 600'), signal: abort.signal });
    const pids = await pidsIn(lines);
    abort.abort();
    expect(await run).toMatchObject({ exitCode: null, signal: 'SIGTERM' });
    expect(pids.filter(isRunning)).toEqual([]);
  });

  test('may finish what it is doing when it is aborted', async () => {
    const abort = new AbortController();
    const { lines, run } = start({
      argv: [
        node,
        '-e',
        'process.on("SIGTERM", () => { console.log("tidied"); process.exit(3) }); console.log("up"); setInterval(() => {}, 1e6)',
      ],
      signal: abort.signal,
    });
    await until('the program is up', () => lines.includes('stdout: up'));
    abort.abort();
    expect(await run).toEqual({ exitCode: 3, signal: null, stdoutTail: 'up\ntidied\n', stderrTail: '' });
  });

  test('that ignores SIGTERM is killed', async () => {
    const abort = new AbortController();
    const { lines, run } = start({ argv: family('trap "" TERM; sleep 600'), signal: abort.signal });
    const pids = await pidsIn(lines);
    abort.abort();
    await run;
    expect(pids.filter(isRunning)).toEqual([]);
  });

  test('leaves nothing in the background when it ends by itself', async () => {
    const { lines, run } = start({ argv: ['/bin/sh', '-c', '(trap "" TERM; sleep 600) & echo pid $!; exit 0'] });
    expect(await run).toMatchObject({ exitCode: 0 });
    const pids = await pidsIn(lines, 1);
    expect(pids.filter(isRunning)).toEqual([]);
  });

  test('ends when its guard is killed', async () => {
    const { lines, run } = start({ argv: family('sleep 600') });
    const pids = await pidsIn(lines);
    const failure = run.catch((error: unknown) => error);
    process.kill(parentOf(pids[0]!), 'SIGKILL');
    expect(await failure).toBeInstanceOf(GuardLost);
    expect(pids.filter(isRunning)).toEqual([]);
  });
});

describe('a command whose worker is killed', () => {
  test.each([
    ['ends with its children', 'sleep 600'],
    ['ends with its children though they ignore SIGTERM', 'trap "" TERM; sleep 600'],
  ])('%s', async (_, script) => {
    const worker = spawn(
      node,
      ['--import', 'tsx', fileURLToPath(new URL('support/command-worker.ts', import.meta.url)), JSON.stringify(family(script))],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    workers.push(worker);
    const lines: string[] = [];
    createInterface({ input: worker.stdout }).on('line', (line) => lines.push(line));
    const pids = await pidsIn(lines);
    const guard = parentOf(pids[0]!);
    seen.add(guard);

    worker.kill('SIGKILL');
    const signal = await new Promise((resolve) => worker.once('exit', (_code, name) => resolve(name)));
    expect(signal).toBe('SIGKILL');
    await until('nobody of the family runs', () => [...pids, guard].every((pid) => !isRunning(pid)));
  });
});

describe('placeholders', () => {
  test('are filled wherever they stand, and what is no placeholder stays', () => {
    expect(
      fillPlaceholders(['x', '--day={date}', '{date}/{attempt}', "awk '{print}'", '{toString}'], {
        date: '20260203',
        attempt: 2,
      }),
    ).toEqual(['x', '--day=20260203', '20260203/2', "awk '{print}'", '{toString}']);
  });

  test('are not looked for in what was filled in', () => {
    expect(fillPlaceholders(['{a}'], { a: '{b}', b: 'wrong' })).toEqual(['{b}']);
  });
});

/** A shell with a child and a grandchild, each telling its pid and then doing what the script says. */
function family(script: string): [string, ...string[]] {
  const grandchild = `echo pid $$; ${script}`;
  const child = `echo pid $$; sh -c '${grandchild}' & ${script}; wait`;
  return ['/bin/sh', '-c', `echo pid $$; sh -c "$0" & ${script}; wait`, child];
}

function start(command: Partial<Command> & Pick<Command, 'argv'>) {
  const lines: string[] = [];
  const run = runCommand({
    env: { PATH: process.env.PATH },
    cwd: process.cwd(),
    signal: new AbortController().signal,
    onLine: (stream, line) => lines.push(`${stream}: ${line}`),
    ...command,
  });
  run.catch(() => {}); // each test looks at it, perhaps later
  return { lines, run };
}

async function pidsIn(lines: readonly string[], count = 3): Promise<number[]> {
  const pids = () => lines.flatMap((line) => /^stdout: pid (\d+)$/.exec(line)?.[1] ?? []).map(Number);
  await until(`${count} processes are up`, () => pids().length === count);
  for (const pid of pids()) seen.add(pid);
  return pids();
}

async function until(what: string, isSo: () => boolean): Promise<void> {
  const deadline = performance.now() + DEADLINE_MS;
  while (!isSo()) {
    if (performance.now() > deadline) throw new Error(`waited ${DEADLINE_MS} ms in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Not counting a dead process nobody has collected yet. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  return process.platform !== 'linux' || stateOf(pid)?.[0] !== 'Z';
}

function parentOf(pid: number): number {
  return Number(stateOf(pid)![1]);
}

function stateOf(pid: number): string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}
