import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, describe, expect, test } from 'vitest';
import { Output } from '../../src/cli/output.js';
import { toldProblem } from '../../src/cli/problems.js';
import { buildProgram } from '../../src/cli/program.js';
import { PROCESS_MS } from '../support/patience.js';
import { temporalAddress } from '../support/servers.js';

// Outside any project: preview of a schedule needs none.
const dir = mkdtempSync(join(tmpdir(), 'preview-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const program = join(import.meta.dirname, '../../bin/daychain.js');

interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

function preview(args: string[], options: { stdin?: string; env?: Record<string, string> } = {}): Promise<Ended> {
  const child = spawn(process.execPath, [program, 'preview', ...args], {
    cwd: dir,
    env: { ...process.env, ...options.env },
    timeout: PROCESS_MS,
  });
  const ended: Ended = { code: null, stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => (ended.stdout += String(chunk)));
  child.stderr.on('data', (chunk) => (ended.stderr += String(chunk)));
  child.stdin.end(options.stdin ?? '');
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ ...ended, code }));
  });
}

const paris = (spec: unknown, from: string, to: string) => [
  ...['--spec', JSON.stringify(spec), '--timezone', 'Europe/Paris', '--from', from, '--to', to],
];

describe('preview of a schedule', () => {
  test('shows slots with what clock changes do to them', async () => {
    const { code, stdout } = await preview(paris({ cron: '30 2 * * *' }, '2026-03-28', '2026-03-29'));
    expect(stdout.split('\n')).toEqual([
      'every day at 02:30, Europe/Paris',
      'DATE         DAY   LOCAL   UTC',
      '2026-03-28   Sat   02:30   2026-03-28T01:30:00Z',
      '2026-03-29   Sun   03:00   2026-03-29T01:00:00Z   moved: clocks skip 02:30',
      '',
    ]);
    expect(code).toBe(0);
  });

  test('keyed by slot says what a gap drops and an overlap doubles', async () => {
    const gap = await preview(paris({ cron: '30 1,2 * * *' }, '2026-03-29', '2026-03-29'));
    expect(gap.stdout).toContain('2026-03-29: clocks in Europe/Paris go from 02:00 to 03:00; 02:30 has no slot.\n');
    const overlap = await preview(paris({ cron: '30 2,3 * * *' }, '2026-10-25', '2026-10-25'));
    expect(overlap.stdout).toContain('2026-10-25T00:30:00Z   clocks show 02:30 twice: 1 of 2\n');
    expect(overlap.stdout).toContain('2026-10-25T01:30:00Z   clocks show 02:30 twice: 2 of 2\n');
  });

  test('answers with --json just the slots, both ends of the window among them', async () => {
    const { stdout } = await preview([
      ...paris({ daily: '06:00' }, '2026-02-03T05:00:00Z', '2026-02-04T06:00:00+01:00'),
      '--json',
    ]);
    expect(JSON.parse(stdout)).toEqual({
      slots: [
        { nominal: '2026-02-03T05:00:00Z', local: '2026-02-03T06:00:00+01:00', date: '20260203' },
        { nominal: '2026-02-04T05:00:00Z', local: '2026-02-04T06:00:00+01:00', date: '20260204' },
      ],
    });
  });

  test('without an end shows the next ten, in UTC unless told', async () => {
    const { stdout } = await preview(['--spec', '{"daily":"06:00"}', '--from', '2026-02-03T06:00:00Z', '--json']);
    const { slots } = JSON.parse(stdout) as { slots: { nominal: string }[] };
    expect(slots.map(({ nominal }) => nominal.slice(5, 10))).toEqual(
      Array.from({ length: 10 }, (_, n) => `02-${String(n + 3).padStart(2, '0')}`),
    );
  });

  test.each([
    [['--spec', '{"daily":"6:00"}'], `spec.daily: "6:00" is no time of day: write 24 hours and minutes, like '06:00'`],
    [['--spec', '{"dayly":"06:00"}'], 'spec.dayly "06:00": "dayly" is no form of a schedule;'],
    [['--spec', '[{"daily":"06:00"},{"weekly":{"on":"mondy","at":"10:00"}}]'], 'Did you mean monday?'],
    [['--spec', '{"cron":"61 * * * *"}'], 'spec.cron "61 * * * *": minute 61 is outside 0 to 59'],
    [
      ['--spec', '{"daily":"06:00"}', '--timezone', 'europe/paris'],
      'timezone: "europe/paris" is no time zone. Did you mean Europe/Paris?',
    ],
    [paris({ daily: '06:00' }, '2026-02-30', '2026-03-01'), 'from: 2026-02-30 is no date'],
    [paris({ daily: '06:00' }, '2026-03-29T02:30', '2026-03-30'), 'from: "2026-03-29T02:30" does not exist in Europe/Paris'],
    [paris({ daily: '06:00' }, '2026-03-02', '2026-03-01'), 'to: "2026-03-01" lies before from, "2026-03-02"'],
    [paris({ cron: '* * * * *' }, '2020-01-01', '2120-01-01'), 'to: there are more than 1,000,000 slots in that window'],
    [paris({ daily: '06:00' }, '0001-01-01', '2026-01-01'), 'from: "0001-01-01" lies outside the years 1900 to 2199'],
    [['--spec', '{'], '--spec {: this is no JSON'],
    [[], 'Name a chain, or give a schedule'],
    [['--project', 'nowhere', 'daily-chain'], '--project nowhere: there is no folder'],
    [['--batch', 'missing.jsonl'], '--batch missing.jsonl cannot be read: there is no such file.'],
    [['--batch', '-', '--spec', '{}'], '--batch takes all from its file'],
  ])('refuses %j', async (args, message) => {
    const out = new Output(new PassThrough(), new PassThrough(), false);
    const program = await buildProgram(['preview', ...args], out, () => undefined);
    const told = await program.parseAsync(['preview', ...args], { from: 'user' }).then(() => null, toldProblem);
    expect(told).toMatchObject({ exit: 2, kind: 'bad_input' });
    expect(told!.message.replaceAll(/\s+/g, ' ')).toContain(message);
  });

  test('says a refusal on stderr, with exit code 2', async () => {
    const refused = {
      code: 2,
      stdout: '',
      stderr: `spec.daily: "6:00" is no time of day: write 24 hours and minutes, like '06:00'\n`,
    };
    expect(await preview(['--spec', '{"daily":"6:00"}'])).toEqual(refused);
  });

  test('agrees with the server', async () => {
    const { stdout, stderr, code } = await preview([...paris({ daily: '02:30' }, '2026-03-01', '2026-12-31'), '--check-server'], {
      env: { TEMPORAL_ADDRESS: temporalAddress() },
    });
    expect(stderr).toBe('');
    expect(stdout).toMatch(/\nThe server agrees: 306 slots\.\n$/);
    expect(code).toBe(0);
  });
});

describe('preview --batch', () => {
  const ask = (id: unknown, over: object = {}) =>
    JSON.stringify({ id, spec: { daily: '06:00' }, timezone: 'UTC', from: '2026-02-03', to: '2026-02-03', ...over });
  const answers = ({ stdout }: Ended) =>
    stdout
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as { id: unknown; slots?: unknown[]; error?: string });

  test('answers line by line in order, and no bad line spoils another', async () => {
    const lines = [
      ask(1),
      'no json',
      ask('b', { timezone: 'Mars/Olympus' }),
      '[]',
      '',
      ask(null),
      ask(4, { to: undefined }),
      ask(5),
      '',
      '',
    ];
    const ended = await preview(['--batch', '-'], { stdin: lines.join('\n') });
    expect(answers(ended).map(({ id, slots, error }) => [id, slots?.length ?? error])).toEqual([
      [1, 1],
      [null, expect.stringMatching(/^line 2 is no JSON: /)],
      ['b', 'timezone: "Mars/Olympus" is no time zone'],
      [null, expect.stringMatching(/^line 4 is no request: expected an object/)],
      [null, 'line 6: id: null is not possible; expected a text or a number.'],
      [4, 'to: missing; expected id, spec, timezone, from, to'],
      [5, 1],
    ]);
    expect(answers(ended)[0]).toEqual({
      id: 1,
      slots: [{ nominal: '2026-02-03T06:00:00Z', local: '2026-02-03T06:00:00+00:00', date: '20260203' }],
    });
    expect(ended).toMatchObject({ code: 0, stderr: '' });
  });

  test('answers nothing to an empty file', async () => {
    writeFileSync(join(dir, 'empty.jsonl'), '');
    expect(await preview(['--batch', 'empty.jsonl'])).toEqual({ code: 0, stdout: '', stderr: '' });
  });
});
