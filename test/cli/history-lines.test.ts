import { Writable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { gapText } from '../../src/cli/gap-text.js';
import { historyLines } from '../../src/cli/history-lines.js';
import { Output } from '../../src/cli/output.js';
import { widthOf } from '../../src/cli/table.js';
import type { HistoryLine, HistoryView } from '../../src/control/history.js';
import type { RunSummary } from '../../src/control/run-summary.js';
import type { ShellView } from '../../src/control/shells.js';

const NOW = Date.parse('2026-11-22T11:00:00Z');
const out = new Output(new Writable({ write: (_chunk, _encoding, done) => done() }), new Writable(), false, false);

function run(date: string, over: Partial<RunSummary> = {}): RunSummary {
  return {
    workflowId: `daily-chain:${date}`,
    runId: 'r',
    kind: 'chain',
    id: 'daily-chain',
    runKey: date,
    date,
    status: 'success',
    end: 'completed',
    started: `2026-11-${date.slice(6)}T05:00:00Z`,
    closed: `2026-11-${date.slice(6)}T05:00:03Z`,
    taskQueue: 'civic',
    params: null,
    left: null,
    ...over,
  };
}

function line(date: string, over: Partial<HistoryLine> = {}): HistoryLine {
  const slot = `2026-11-${date.slice(6)}T05:00:00Z`;
  const shell = { slot, skipped: null } as ShellView;
  return { slot, date, runKey: date, end: 'run', lateMs: null, reason: null, run: null, shell, command: null, ...over };
}

function view(lines: HistoryLine[], over: Partial<HistoryView> = {}): HistoryView {
  return {
    id: 'daily-chain',
    timezone: 'Europe/Paris',
    schedule: { paused: false, note: null, keyedBy: 'date' },
    from: '20261109',
    to: '20261122',
    lines,
    leftOut: 0,
    ...over,
  };
}

const BACKFILL = 'daychain backfill …';

describe('the history screen', () => {
  test('tells every slot in words, and then what to type', () => {
    const lines = [
      line('20261113', { run: run('20261113') }),
      line('20261114', {
        run: run('20261114', { started: '2026-11-14T07:05:00Z', closed: '2026-11-14T07:05:03Z' }),
        lateMs: 7_500_000,
      }),
      line('20261115', { end: 'coalesced', reason: 'a newer slot is due as well, and catchUp is latest', command: BACKFILL }),
      line('20261116', {
        end: 'misfired',
        reason: 'would begin 2 h after its time; startWithin allows 5 min',
        command: BACKFILL,
      }),
      line('20261117', {
        end: 'overlapped',
        reason: 'the run of slot 2026-11-16T05:00:00Z was still open, and overlap is skip',
        command: BACKFILL,
      }),
      line('20261118', { end: 'no_shell', shell: null, command: BACKFILL }),
      line('20261119', {
        run: run('20261119', { status: 'failed', end: 'failed' }),
        reason: '1 failed',
        command: 'daychain rerun daily-chain:20261119',
      }),
      line('20261120', { end: 'waiting' }),
      line('20261121', { end: 'undecided' }),
      line('20261122', {
        run: run('20261122', { status: 'pending', end: null, started: '2026-11-22T10:59:19Z', closed: null }),
        slot: null,
      }),
    ];
    expect(historyLines(out, view(lines), NOW)).toEqual([
      'daily-chain · Europe/Paris · 2026-11-09 to 2026-11-22',
      '  13 Nov 06:00      ✓ succeeded in 3.0 s',
      '  14 Nov 06:00      ✓ succeeded in 3.0 s, caught up 2 h 5 min late',
      '  15 Nov 06:00      ○ coalesced: a newer slot is due as well, and catchUp is latest',
      '  16 Nov 06:00      ○ misfired: would begin 2 h after its time; startWithin allows 5 min',
      '  17 Nov 06:00      ○ overlapped: the run of slot 2026-11-16T05:00:00Z was still open, and overlap …',
      '  18 Nov 06:00      ○ no shell: nothing started it (a pause, or no server)',
      '  19 Nov 06:00      ✗ failed after 3.0 s: 1 failed',
      '  20 Nov 06:00      ◔ waits for the slot before it',
      '  yesterday 06:00   ◔ due; no worker has looked at it yet',
      '  today             ● running for 41 s, by hand',
      '',
      '4 slots were not run:  daychain backfill daily-chain 2026-11-15 2026-11-18 --only missing',
      'Run again what did not succeed:  daychain rerun daily-chain:20261119',
    ]);
  });

  test('tells what ran after all, and what ran late, and by what name', () => {
    const skipped = { ...line('20261114').shell!, skipped: { kind: 'coalesced' } as ShellView['skipped'] };
    const late = { late: true } as unknown as RunSummary['left'];
    const lines = [
      line('20261114', { run: run('20261114'), shell: skipped, lateMs: 86_400_000 }),
      line('20261115', { run: run('20261115', { left: late }), lateMs: 7_200_000 }),
      line('20261116', { slot: null, runKey: 'at-cleanup', run: run('20261116'), shell: null }),
    ];
    expect(historyLines(out, view(lines), NOW).slice(1)).toEqual([
      '  14 Nov 06:00   ✓ succeeded in 3.0 s, run afterwards, had been coalesced',
      '  15 Nov 06:00   ✓ succeeded in 3.0 s, caught up 2 h late, begun after its deadline',
      '  16 Nov         ✓ succeeded in 3.0 s, one-shot cleanup',
    ]);
  });

  test('says how to see more, that the schedule is paused, and what to do where there is none', () => {
    const paused = { paused: true, note: 'key rotation', keyedBy: 'date' as const };
    const shown = historyLines(out, view([line('20261118', { end: 'no_shell' })], { schedule: paused, leftOut: 9 }), NOW);
    expect(shown.slice(0, 3)).toEqual([
      'daily-chain · Europe/Paris · 2026-11-09 to 2026-11-22 · paused: "key rotation"',
      '  … and 9 older: daychain history daily-chain --from 2026-11-09 --to 2026-11-22 --limit 10',
      '  18 Nov 06:00   ○ no shell: nothing started it; the schedule is paused',
    ]);
    expect(historyLines(out, view([]), NOW)[1]).toBe('No slot fell due, and nothing ran.');
    expect(historyLines(out, view([], { schedule: null }), NOW)[1]).toContain('daychain sync');
  });

  test('is never wider than 100 columns', () => {
    const reason = 'x '.repeat(200);
    const lines = [
      line('20261118', { end: 'misfired', reason }),
      line('20261119', { run: run('20261119', { status: 'failed' }), reason }),
    ];
    const note = 'n '.repeat(200);
    const wide = historyLines(out, view(lines, { schedule: { paused: true, note, keyedBy: 'date' } }), NOW);
    expect(Math.max(...wide.map(widthOf))).toBeLessThanOrEqual(100);
  });
});

describe('a gap', () => {
  const gap = { id: 'daily-chain', timezone: 'Europe/Paris', overlap: 'queue', since: '2026-11-20T05:00:00Z' } as const;
  test.each([
    [{ runs: 3, coalesced: 0, misfired: 0 }, '3 slots fell due since 20 Nov 06:00: all run, oldest first'],
    [{ runs: 1, coalesced: 0, misfired: 0 }, '1 slot fell due since 20 Nov 06:00: it runs'],
    [{ runs: 2, coalesced: 4, misfired: 0 }, '6 slots fell due since 20 Nov 06:00: 2 will run, oldest first; 4 coalesced'],
    [{ runs: 0, coalesced: 0, misfired: 1 }, '1 slot fell due since 20 Nov 06:00: 1 misfired'],
  ])('%j', (counts, text) => expect(gapText({ ...gap, ...counts }, NOW)).toBe(text));
});
