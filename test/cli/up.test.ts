/** The built command as a user has it: `daychain up` in a folder of its own, and the other commands beside it. */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isAlive } from '../../src/local/process-mark.js';
import { type LocalState, readState } from '../../src/local/state.js';
import { BIN, ownPage, plainEnvironment, type Running, spawnIn } from '../support/daychain.js';
import { eventually, within } from '../support/engine.js';
import { PROCESS_MS } from '../support/patience.js';
import { quietTime } from '../support/quiet-time.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const AT = quietTime('Europe/Paris');
/** A name with a space: paths must be quoted nowhere. */
let dir: string;
let up: Running;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'daychain up '));
  mkdirSync(join(dir, 'node_modules'));
  symlinkSync(ROOT, join(dir, 'node_modules', 'daychain'), 'dir');
  write(
    'daychain.config.js',
    `import { defineProject } from 'daychain';\nexport default defineProject({ name: 'up-test', timezone: 'Europe/Paris' });\n`,
  );
  write(
    'tasks/task_say.js',
    `import { defineTask, z } from 'daychain';\nexport default defineTask({ params: z.object({ n: z.number().default(1) }), run: (ctx) => ({ n: ctx.params.n }) });\n`,
  );
  write(
    'tasks/task_fail.js',
    `import { defineTask } from 'daychain';\nexport default defineTask({ retry: { retries: 0 }, run() { throw new Error('no luck today'); } });\n`,
  );
  write(
    'tasks/task_wait.js',
    `import { defineTask } from 'daychain';\nexport default defineTask({ run: (ctx) => new Promise((_, reject) => ctx.signal.addEventListener('abort', () => reject(ctx.signal.reason))) });\n`,
  );
  write(
    'tasks/task_later.js',
    `import { defineTask, scheduleOnce } from 'daychain';\nexport default defineTask({ run: (ctx) => scheduleOnce({ at: 'in 1 second', task: 'task_say', params: { n: 9 }, id: 'from-' + ctx.date }) });\n`,
  );
  write(
    'chains/daily.js',
    `import { defineChain } from 'daychain';\nexport default defineChain({ schedule: { daily: '${AT}' }, tasks: { task_say: [], shout: { dependsOn: ['task_say'], command: ['/bin/echo', '{date}'] } } });\n`,
  );
  up = await startUp();
});

afterAll(async () => {
  const state = readState(join(dir, '.daychain'));
  up.child.kill('SIGTERM');
  await within(90_000, 'the end of up', up.exit).catch(() => up.child.kill('SIGKILL'));
  for (const mark of marksOf(state)) if (isAlive(mark)) process.kill(mark.pid, 'SIGKILL');
  rmSync(dir, { recursive: true, force: true });
});

describe('daychain up', () => {
  it('shows its servers, its schedules and the first run, and stays', () => {
    const text = up.text();
    expect(text).toMatch(/^daychain \d+\.\d+\.\d+ · project up-test · Europe\/Paris$/m);
    expect(text).toMatch(/^ {2}temporal {3}127\.0\.0\.1:\d+ +embedded \S+, data in \.daychain\/temporal\.db +\d+\.\d s$/m);
    expect(text).toMatch(/^ {2}redis {6}127\.0\.0\.1:\d+/m);
    expect(text).toMatch(
      new RegExp(`^ {2}schedules {2}daily {3}created: every day at ${AT}, Europe/Paris, next to(day|morrow) ${AT}$`, 'm'),
    );
    expect(text).toMatch(/^First start: running daily for yesterday, \d{4}-\d\d-\d\d$/m);
    expect(text).toMatch(/^ {2}✓ task_say .* n 1$/m);
    expect(text).toMatch(/^daily \d{8} succeeded in /m);
    for (const line of text.split('\n')) expect([...line].length, line).toBeLessThanOrEqual(100);
  });

  it('is found by every other command in the folder', async () => {
    // Lists are a second behind a run's end.
    await eventually('the first run in the list', async () => {
      const status = await daychain('status');
      expect(status).toMatchObject({ exit: 0, stderr: '' });
      return /^daily {3}✓ /m.test(status.stdout);
    });
    const doctor = await daychain('doctor', '--json');
    expect(doctor.json).toMatchObject({
      checks: expect.arrayContaining([expect.objectContaining({ name: 'workers', state: 'ok' })]) as unknown,
    });
    expect(doctor.exit).toBe(0);
  });

  it('is not started twice in one folder', async () => {
    const second = await daychain('up');
    expect(second.exit).toBe(0);
    expect(second.stdout).toContain(`already: project up-test, process ${up.child.pid}.`);
  });

  it('starts a worker that died again, and says so', async () => {
    const worker = state()!.worker!;
    process.kill(worker.pid, 'SIGKILL');
    await eventually('the message', () => up.text().includes('The worker ended unasked (SIGKILL)'));
    await eventually('the new worker', () => up.text().includes('The worker is back.'));
    expect(state()!.worker!.pid).not.toBe(worker.pid);
    expect((await daychain('run', 'task_say', '--date', '20260301', '--wait')).exit).toBe(0);
  });
});

describe('the page beside it', () => {
  const page = () => state()!.web;
  const answers = async (url: string) =>
    await fetch(`${url}/healthz`).then(
      ({ ok }) => ok,
      () => false,
    );

  it('is back on its port when its process was killed', async () => {
    const before = page()!;
    expect(await answers(before.url!)).toBe(true);
    process.kill(before.process.pid, 'SIGKILL');
    await eventually('the message', () => up.text().includes("The page's process ended unasked (SIGKILL)"));
    const after = await eventually('the new process', () => {
      const now = page();
      return now?.url && now.process.pid !== before.process.pid ? now : null;
    });
    expect(after.url).toBe(before.url);
    expect(await answers(after.url!)).toBe(true);
  });

  it('keeps its log in the files of the folder: one JSON line for each action, with who and why', async () => {
    const body = JSON.stringify({ reason: 'looked at' });
    const headers = { 'content-type': 'application/json' };
    expect((await fetch(`${page()!.url}/api/schedules/daily/resume`, { method: 'POST', body, headers })).status).toBe(200);
    const logs = join(dir, '.daychain/logs');
    const lines = readdirSync(logs)
      .filter((name) => name.endsWith('.jsonl'))
      .flatMap((name) => readFileSync(join(logs, name), 'utf8').split('\n').filter(Boolean))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines).toContainEqual(
      expect.objectContaining({
        action: 'POST /api/schedules/daily/resume',
        by: expect.stringMatching(/^web /) as unknown,
        status: 200,
        reason: 'looked at',
        project: 'up-test',
      }),
    );
    expect(readdirSync(join(dir, '.daychain'))).not.toContain('web.log');
  });
});

describe('daychain run', () => {
  it('answers in JSON, with progress elsewhere', async () => {
    const run = await daychain('run', 'daily', '--date', '2026-03-02', '--wait', '--json');
    expect(run.exit).toBe(0);
    expect(run.json).toMatchObject({ outcome: 'started', workflowId: 'daily:20260302', status: 'success' });
    expect(run.stderr).toMatch(/✓ shout/);
    const again = await daychain('run', 'daily', '--date', '20260302', '--json');
    expect([again.exit, again.json]).toMatchObject([0, { outcome: 'completed' }]);
  });

  it('exits 1 for a run that failed, with the reason and the next command', async () => {
    const run = await daychain('run', 'task_fail', '--date', '20260303', '--wait');
    expect(run.exit).toBe(1);
    expect(run.stdout).toContain('no luck today');
    expect(run.stdout).toContain('daychain rerun task_fail:20260303');
    const shown = await daychain('show', 'task_fail', '20260303');
    expect(shown.stdout).toContain('no luck today');
  });

  it.each([
    [['run', 'task_sya'], 'Did you mean task_say?'],
    [['run', 'task_say', '--date', '20260230'], '2026-02 has the days 01 to 28'],
    [['run', 'task_say', '--params', '{"n":"x"}'], 'params.n'],
    [['run', 'daily', '--wiat'], 'Did you mean --wait?'],
    [['run', 'task_say', '--force'], '--reason'],
    [['rnu'], 'Did you mean run?'],
    [['show', 'daily:19990101'], 'has not run for 19990101'],
    [['cancel', 'daily:20260302'], "required option '--reason <text>' not specified"],
  ])('%j exits 2 and says what is wrong', async (words, said) => {
    const refused = await daychain(...words);
    expect(refused).toMatchObject({ exit: 2, stdout: '' });
    expect(refused.stderr).toContain(said);
    expect(refused.stderr).not.toMatch(/^\s+at /m);
  });

  it('exits 4 where other params are asked for, and where what ended is to be cancelled', async () => {
    await daychain('run', 'task_say', '--date', '20260304', '--params', '{"n": 5}', '--wait');
    const other = await daychain('run', 'task_say', '--date', '20260304', '--params', '{"n": 6}');
    expect(other.exit).toBe(4);
    expect(other.stderr).toMatch(/its params +\{"n":5\}\n +yours +\{"n":6\}/);
    expect((await daychain('cancel', 'task_say', '20260304', '--reason', 'late')).exit).toBe(4);
  });

  it('runs a task that schedules another', async () => {
    const run = await daychain('run', 'task_later', '--date', '20260307', '--wait', '--json');
    expect(run.json).toMatchObject({ status: 'success', result: { workflowId: 'at:from-20260307', outcome: 'scheduled' } });
    await eventually('the other run', async () => {
      const shown = await daychain('show', 'task_say:at-from-20260307', '--json');
      return (shown.json as { result?: { n?: number } } | null)?.result?.n === 9;
    });
  });

  it('leaves the run alone on Ctrl-C, and exits 130', async () => {
    const waiting = spawnIn(dir, ['run', 'task_wait', '--date', '20260305', '--wait']);
    await eventually('the run', () => waiting.text().includes('● task_wait'));
    waiting.child.kill('SIGINT');
    expect(await within(90_000, 'its end', waiting.exit)).toBe(130);
    expect((await daychain('show', 'task_wait:20260305')).stdout).toMatch(/^task_wait 20260305 running/);
    // The run waits for its body; only with its lock has a worker taken it.
    await eventually('its lock', async () =>
      /task_wait +20260305 .* ours, running/.test((await daychain('locks', 'task_wait')).stdout),
    );
    expect((await daychain('unlock', 'task_wait', '20260305')).exit).toBe(4);
    const cancelled = await daychain('cancel', 'task_wait', '20260305', '--reason', 'seen enough');
    expect(cancelled.exit).toBe(0);
    expect((await daychain('show', 'task_wait', '20260305')).stdout).toContain('seen enough');
  });

  it('exits 3 where no server answers, and says which', async () => {
    const away = await daychain({ TEMPORAL_ADDRESS: '127.0.0.1:1' }, 'status');
    expect(away.exit).toBe(3);
    expect(away.stderr).toContain('Cannot reach Temporal at 127.0.0.1:1 (connection refused, tried for 5 s).');
    expect((await daychain({ REDIS_HOST: '127.0.0.1', REDIS_PORT: '1' }, 'locks')).exit).toBe(3);
    expect((await daychain({ DAYCHAIN_HOME: join(dir, 'elsewhere') }, 'status')).exit).toBe(3);
  });
});

describe('the end of up', () => {
  it('takes its servers and its worker along, and what runs is there again next time', async () => {
    const before = marksOf(state());
    expect(before).toHaveLength(4);
    up.child.kill('SIGINT');
    expect(await within(90_000, 'the end of up', up.exit)).toBe(0);
    expect(before.map((mark) => isAlive(mark))).toEqual([false, false, false, false]);
    expect((await daychain('status')).exit).toBe(3);
  });

  it('with a broken file it starts all the same, names the file, and syncs nothing', async () => {
    write('tasks/task_torn.js', 'export default {');
    up = await startUp();
    expect(up.text()).toContain('not synced, because of problems in tasks/task_torn.js: daychain check');
    expect(up.text()).not.toContain('First start');
    expect((await daychain('run', 'task_say', '--date', '20260306', '--wait')).exit).toBe(0);
    expect((await daychain('sync')).exit).toBe(2);
    expect((await daychain('check')).exit).toBe(2);
    expect((await daychain('run', 'task_torn')).stderr).toContain('did not load');
  });

  it('after a kill -9 the next one stops what was left behind and goes on', async () => {
    const left = marksOf(state());
    up.child.kill('SIGKILL');
    await within(90_000, 'its death', up.exit);
    expect((await daychain('status')).exit).toBe(3);
    up = await startUp();
    expect(left.map((mark) => isAlive(mark))).toEqual([false, false, false, false]);
    expect((await daychain('show', 'daily', '20260302')).exit).toBe(0);
  });

  it('where its state cannot be written it says so, works on, and still hears Ctrl-C', async () => {
    const { worker } = state()!;
    const file = join(dir, '.daychain', 'state.json');
    rmSync(file);
    // No file can be put in its place, nor can it be removed as one: what a disk that is full refuses as well.
    mkdirSync(join(file, 'in the way'), { recursive: true });
    try {
      process.kill(worker!.pid, 'SIGKILL');
      // Nor can the next worker read it, which is then tried again: `up` itself works on.
      await eventually('the next one', () => up.text().split('The worker ended unasked').length > 2);
      expect(up.text()).toMatch(/The state in .*\.daychain could not be written: /);
      up.child.kill('SIGINT');
      expect(await within(90_000, 'the end of up', up.exit)).toBe(0);
    } finally {
      rmSync(file, { recursive: true });
    }
    up = await startUp();
    expect((await daychain('status')).exit).toBe(0);
  });
});

async function startUp(): Promise<Running> {
  const running = spawnIn(dir, ['up'], await ownPage());
  await eventually(
    'up to be ready',
    () => {
      if (running.child.exitCode !== null) throw new Error(`up ended: ${running.text()}`);
      return running.text().includes('Running. Ctrl-C');
    },
    PROCESS_MS,
  ).catch((error: unknown) => {
    running.child.kill('SIGKILL');
    throw new Error(`${String(error)}\n${running.text()}`);
  });
  return running;
}

interface Answer {
  exit: number;
  stdout: string;
  stderr: string;
  json: unknown;
}

function daychain(...words: [Record<string, string>, ...string[]] | string[]): Promise<Answer> {
  const [first, ...rest] = words;
  const extra = typeof first === 'object' ? first : {};
  const args = (typeof first === 'object' ? rest : words) as string[];
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [BIN, ...args],
      { cwd: dir, env: { ...plainEnvironment(), ...extra }, timeout: PROCESS_MS },
      (error, stdout, stderr) => {
        const exit = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
        resolve({ exit, stdout, stderr, json: args.includes('--json') && stdout !== '' ? JSON.parse(stdout) : null });
      },
    );
  });
}

function state(): LocalState | null {
  return readState(join(dir, '.daychain'));
}

function marksOf(found: LocalState | null) {
  if (found === null) return [];
  return [found.up, found.temporal?.process, found.redis?.process, found.worker].filter(
    (mark) => mark !== null && mark !== undefined,
  );
}

function write(path: string, text: string): void {
  const file = join(dir, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
