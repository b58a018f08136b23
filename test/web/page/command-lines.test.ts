/** The command lines beside the page's actions are taken by the command line as they stand there. */
import { describe, expect, it, test } from 'vitest';
import type { WhyCommand } from '../../../src/control/why-view.js';
import { COMMANDS } from '../../../src/control/why-words.js';
import { commandOf, NOTHING_TYPED, type Typed, type Wish } from '../../../src/web/page/actions/wishes.js';
import { refusalOf, wordsOf } from '../../support/command-lines.js';

const REASON = `it's "late"; $(reboot) & more`;
const OF_TASK = { id: 'task_mail', runKey: '20260203', chain: null };
const WISHES: { [Verb in Wish['verb']]: (Wish & { verb: Verb })[] } = {
  run: [
    { verb: 'run', id: 'daily-chain', kind: 'chain', runKey: null },
    { verb: 'run', id: 'daily-chain', kind: 'chain', runKey: '20260203T051500Z' },
    { verb: 'run', id: 'task_mail', kind: 'task', runKey: '20260203' },
  ],
  rerun: [
    { verb: 'rerun', run: 'daily-chain:20260203', task: null, done: false },
    { verb: 'rerun', run: 'daily-chain:20260203', task: 'task_mail', done: false },
  ],
  cancel: [{ verb: 'cancel', run: 'daily-chain:20260203' }],
  skip: [{ verb: 'skip', ...OF_TASK }],
  hold: [{ verb: 'hold', ...OF_TASK }],
  release: [{ verb: 'release', ...OF_TASK }],
  retry: [{ verb: 'retry', ...OF_TASK }],
  pause: [{ verb: 'pause', id: 'daily-chain' }],
  resume: [{ verb: 'resume', id: 'daily-chain' }],
  unlock: [
    { verb: 'unlock', id: 'task_mail', runKey: '20260203', force: false },
    { verb: 'unlock', id: 'task_mail', runKey: '20260203', force: true },
  ],
  backfill: [{ verb: 'backfill', id: 'daily-chain' }],
  holdBackfill: [{ verb: 'holdBackfill', backfill: 'daily-chain:1a2b' }],
  releaseBackfill: [{ verb: 'releaseBackfill', backfill: 'daily-chain:1a2b' }],
  cancelBackfill: [{ verb: 'cancelBackfill', backfill: 'daily-chain:1a2b' }],
};
const FULL: Typed = {
  ...{ reason: REASON, date: 'yesterday', from: '20260101', to: '20260131', only: 'failed', mode: '', concurrency: '3' },
  ...{ until: '+2 hours', catchUp: true, params: { text: "it's", n: 1, list: ['a b'] } },
};

describe('the command line takes what the page shows beside', () => {
  test.each(Object.entries(WISHES))('%s', async (_, wishes) => {
    for (const wish of wishes) {
      for (const typed of [NOTHING_TYPED, FULL]) {
        expect(await refusalOf(commandOf(wish, typed))).toBeNull();
      }
    }
  });

  it('with the reason as it was typed, wherever one is kept', () => {
    const kept = Object.values(WISHES)
      .flat()
      .filter(({ verb }) => verb !== 'unlock');
    for (const wish of kept) expect(wordsOf(commandOf(wish, FULL))).toContain(REASON);
  });
});

describe('the command line takes what an answer to "why" says', () => {
  const [id, runKey, run] = ['task_mail', '20260203', 'task_mail:20260203'];
  const of = { id, runKey, date: runKey };
  const said: { [Name in keyof typeof COMMANDS]: WhyCommand[] } = {
    rerun: [COMMANDS.rerun(run)],
    run: [COMMANDS.run(of), COMMANDS.run({ ...of, runKey: '20260203T051500Z' }, '2026-02-03T05:15:00Z')],
    skip: [COMMANDS.skip(of)],
    release: [COMMANDS.release(of)],
    retryNow: [COMMANDS.retryNow(of)],
    cancel: [COMMANDS.cancel(run)],
    logs: [COMMANDS.logs(run)],
    show: [COMMANDS.show(run)],
    why: [COMMANDS.why(id, runKey)],
    worker: [COMMANDS.worker],
    status: [COMMANDS.status],
    sync: [COMMANDS.sync(id)],
    resume: [COMMANDS.resume(id, false), COMMANDS.resume(id, true)],
    next: [COMMANDS.next(id)],
  };
  test.each(Object.entries(said))('%s', async (_, commands) => {
    for (const { command } of commands) expect(await refusalOf(command)).toBeNull();
  });
});

it('a line that the command line does not take is found', async () => {
  expect(await refusalOf('daychain unlock task_mail 20260203 --fierce')).toContain("unknown option '--fierce'");
  expect(await refusalOf('daychain unlok task_mail')).toContain("unknown command 'unlok'");
  expect(await refusalOf('daychain unlock')).toContain("missing required argument 'task'");
  expect(await refusalOf('daychain cancel task_mail:20260203')).toContain("required option '--reason");
  expect(await refusalOf('daychain')).not.toBeNull();
});
