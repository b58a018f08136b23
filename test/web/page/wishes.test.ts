import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { quoted } from '../../../src/web/page/actions/command-line.js';
import {
  commandOf,
  needsReason,
  NOTHING_TYPED,
  requestOf,
  subjectOf,
  type Typed,
  type Wish,
} from '../../../src/web/page/actions/wishes.js';

const typed = (more: Partial<Typed> = {}): Typed => ({ ...NOTHING_TYPED, ...more });

describe('a wish as a command line and as a request', () => {
  test.each<[Wish, Partial<Typed>, string, string, object]>([
    [
      { verb: 'run', id: 'task_a', kind: 'task', runKey: null },
      { date: '2026-02-03', params: { limit: 5 }, reason: 'it’s late' },
      `daychain run task_a --date 2026-02-03 --params '{"limit":5}' --reason 'it’s late'`,
      '/api/runs',
      { id: 'task_a', date: '2026-02-03', params: { limit: 5 }, reason: 'it’s late' },
    ],
    [
      { verb: 'run', id: 'pulse', kind: 'chain', runKey: '20260203T051500Z' },
      {},
      'daychain run pulse --slot 2026-02-03T05:15:00Z',
      '/api/runs',
      { id: 'pulse', slot: '2026-02-03T05:15:00Z' },
    ],
    [
      { verb: 'rerun', run: 'daily-chain:20261118', task: null, done: false },
      {},
      'daychain rerun daily-chain:20261118',
      '/api/runs/daily-chain%3A20261118/rerun',
      { mode: 'unsuccessful' },
    ],
    [
      { verb: 'rerun', run: 'daily-chain:20261118', task: 'task_a', done: false },
      { reason: 'x' },
      'daychain rerun daily-chain:20261118 --from task_a --reason x',
      '/api/runs/daily-chain%3A20261118/rerun',
      { mode: 'from', task: 'task_a', reason: 'x' },
    ],
    [
      { verb: 'rerun', run: 'daily-chain:20261118', task: 'task_a', done: false },
      { mode: 'only' },
      'daychain rerun daily-chain:20261118 --only task_a',
      '/api/runs/daily-chain%3A20261118/rerun',
      { mode: 'only', task: 'task_a' },
    ],
    [
      { verb: 'rerun', run: 'daily-chain:20261118', task: null, done: true },
      { reason: 'new data' },
      `daychain rerun daily-chain:20261118 --all --reason 'new data'`,
      '/api/runs/daily-chain%3A20261118/rerun',
      { mode: 'all', reason: 'new data' },
    ],
    [
      { verb: 'skip', id: 'task_a', runKey: '20261118', chain: 'daily-chain' },
      { reason: 'not needed' },
      `daychain skip task_a 20261118 --reason 'not needed'`,
      '/api/runs/task_a%3A20261118/skip',
      { reason: 'not needed' },
    ],
    [
      { verb: 'pause', id: 'daily-chain' },
      { reason: 'key rotation', until: 'tomorrow 08:00' },
      `daychain pause daily-chain --reason 'key rotation' --until 'tomorrow 08:00'`,
      '/api/schedules/daily-chain/pause',
      { reason: 'key rotation', until: 'tomorrow 08:00' },
    ],
    [
      { verb: 'resume', id: 'daily-chain' },
      { catchUp: true },
      'daychain resume daily-chain --catch-up',
      '/api/schedules/daily-chain/resume',
      { catchUp: true },
    ],
    [
      { verb: 'unlock', id: 'task_a', runKey: '20261118', force: true },
      {},
      'daychain unlock task_a 20261118 --yes',
      '/api/locks/task_a/20261118/release',
      { force: true },
    ],
    [
      { verb: 'backfill', id: 'daily-chain' },
      { from: '2026-01-01', to: '2026-03-31', only: 'failed', concurrency: '10' },
      'daychain backfill daily-chain 2026-01-01 2026-03-31 --only failed --concurrency 10 --yes',
      '/api/backfills',
      { id: 'daily-chain', from: '2026-01-01', to: '2026-03-31', only: 'failed', concurrency: 10 },
    ],
  ])('%o', (wish, more, command, path, body) => {
    expect(commandOf(wish, typed(more))).toBe(command);
    expect(requestOf(wish, typed(more))).toEqual({ method: 'POST', path, body });
  });

  test('names what it is about', () => {
    expect(subjectOf({ verb: 'cancel', run: 'daily-chain:20261118' })).toBe('daily-chain 20261118');
    expect(subjectOf({ verb: 'pause', id: 'daily-chain' })).toBe('daily-chain');
  });

  test('what stops somebody’s work, or repeats what is done, needs a reason', () => {
    expect(needsReason({ verb: 'cancel', run: 'a:1' }, typed())).toBe(true);
    expect(needsReason({ verb: 'rerun', run: 'a:1', task: null, done: false }, typed())).toBe(false);
    expect(needsReason({ verb: 'rerun', run: 'a:1', task: null, done: false }, typed({ mode: 'all' }))).toBe(true);
    expect(needsReason({ verb: 'rerun', run: 'a:1', task: null, done: true }, typed())).toBe(true);
    expect(needsReason({ verb: 'backfill', id: 'a' }, typed())).toBe(false);
    expect(needsReason({ verb: 'backfill', id: 'a' }, typed({ only: 'all' }))).toBe(true);
  });

  test('a shell reads every word of it back as it was', () => {
    for (const word of ["it's", '$(reboot)', '`id`', 'a b', '"', '\\', '!', '*', '', 'a\nb', ';', '~']) {
      expect(execFileSync('/bin/sh', ['-c', `printf %s ${quoted(word)}`], { encoding: 'utf8' })).toBe(word);
    }
  });
});
