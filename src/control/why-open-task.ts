/** What holds an open run of a task. Pure. */
import { durationText } from '../plan/duration.js';
import type { Hold, LookedInVain, WaitSpec } from '../plan/types.js';
import type { PendingAttempt } from './describe-run.js';
import { progressText } from './items.js';
import type { LockView } from './locks.js';
import type { Subject, TaskRunFacts } from './why-facts.js';
import { ago, because, clock, COMMANDS, firstLine, type Judged, judged, when } from './why-words.js';

/** Activities of a run that are waits, not its body. */
const WAITS = { lock: 'awaitLock', past: 'awaitPast' } as const;

export function judgeOpenTask(facts: TaskRunFacts, of: Subject): Judged {
  const { run } = facts;
  const progress = run.progress?.kind === 'task' ? run.progress : null;
  const phase = progress?.phase ?? null;
  const wait = run.pending?.activity;
  if (progress?.held) return byHold(progress.held, run.backfill, of);
  if (phase === 'waiting_for_lock' || wait === WAITS.lock) return needingWorker(locked(facts, of), of);
  if (phase === 'waiting_for_run' || wait === WAITS.past) return needingWorker(waitingForPast(progress?.detail ?? null, of), of);
  if (phase === 'waiting_for_worker') return notHere(progress?.detail ?? null, of);
  return judgeAttempt(facts, of);
}

/** Between attempts, in one, or not begun. */
function judgeAttempt(facts: TaskRunFacts, of: Subject): Judged {
  const { run } = facts;
  const attempt = run.pending?.activity === run.id ? run.pending : null;
  if (attempt?.state === 'paused') {
    const unpause = `temporal activity unpause --workflow-id ${run.workflowId} --activity-type ${run.id}`;
    return judged(
      'held',
      "is held: its activity was paused with Temporal's own tools",
      [['last error', attempt.lastFailure]],
      [{ text: 'Let it go on', command: unpause }],
    );
  }
  if (attempt?.waiting) return needingWorker(lookingAgain(facts, attempt, of), of);
  if (attempt?.state === 'scheduled' && attempt.nextAttemptAt !== null && Date.parse(attempt.nextAttemptAt) > of.now) {
    return needingWorker(retrying(facts, attempt.nextAttemptAt, of), of);
  }
  if (attempt?.state === 'running' || attempt?.state === 'cancelling') return running(facts, of);
  return unbegun(facts, of);
}

/** Held by a person, or by the backfill whose turn it awaits. */
function byHold(held: Hold, backfill: string | undefined, of: Subject): Judged {
  if (backfill !== undefined && held.by === backfill) {
    const show = { text: 'How far it is', command: `daychain backfill show ${backfill.replace(/^backfill:/, '')}` };
    return judged(
      'waiting_for_turn',
      `waits its turn in ${backfill}, which runs so many at a time`,
      [],
      [show, COMMANDS.release(of)],
    );
  }
  const until = new Date(held.until).toISOString();
  return judged(
    'held',
    `is held by ${held.by} until ${when(until, of)}${because(held.reason)}`,
    [['at its end', 'it fails as hold_expired; it never runs by itself']],
    [COMMANDS.release(of), COMMANDS.skip(of)],
  );
}

function locked({ run, lock }: TaskRunFacts, of: Subject): Judged {
  const word = run.progress?.kind === 'task' ? firstLine(run.progress.detail) : null;
  if (lock.is === 'unreadable') {
    return judged(
      'locked',
      `waits for its lock, which could not be read${because(lock.problem)}`,
      [['the run says', word]],
      [{ text: 'What is wrong', command: 'daychain doctor' }, COMMANDS.skip(of)],
    );
  }
  const holder = lock.is === 'read' ? lock.lock : null;
  if (holder === null) {
    return judged(
      'locked',
      'waits for its lock, which nobody holds now: it tries again within moments',
      [['the run says', word]],
      [COMMANDS.retryNow(of)],
    );
  }
  const unlock = {
    text: 'Take the lock away',
    command: `daychain unlock ${holder.task} ${holder.scope}${mayLive(holder) ? ' --yes' : ''}`,
  };
  return judged(
    'locked',
    `waits for its lock, which ${WHOSE[holder.state]} holds: "${holder.holder}", ${leftText(holder)}`,
    [
      ['holder', holder.state === 'stranger' ? 'not daychain: the old scheduler, or a person' : holder.run],
      ['the run says', word],
    ],
    [unlock, COMMANDS.skip(of)],
  );
}

const WHOSE: Record<LockView['state'], string> = {
  running: 'a run of ours',
  closed: 'a run of ours that has ended',
  abandoned: 'a body of ours that did not stop',
  unknown: 'an unknown run of ours',
  stranger: 'a stranger',
};

function mayLive({ state }: LockView): boolean {
  return state !== 'closed';
}

/** `41 s left`. */
export function leftText({ ttlMs }: LockView): string {
  return ttlMs === null ? 'and never ends by itself' : `${durationText(ttlMs)} left`;
}

function waitingForPast(detail: string | null, of: Subject): Judged {
  const run = detail === null ? null : (/^(\S+:\S+) /.exec(detail)?.[1] ?? null);
  const why = detail?.split(', and this task')[0] ?? null;
  const rerun = run === null ? [] : [{ text: 'Settle that one', command: `daychain rerun ${run}` }];
  const what = why === null ? 'the slot before' : `the slot before: ${why}`;
  return judged('waiting_for_past', `waits for ${what}, and dependsOnPast is set`, [], [...rerun, COMMANDS.skip(of)]);
}

function notHere(detail: string | null, of: Subject): Judged {
  return judged(
    'not_here',
    `waits for a worker that has it${because(detail)}`,
    [
      ['workers', workersText(of)],
      ['at the end', 'after five minutes without one it fails as unknown_task'],
    ],
    [{ text: 'Look at the files', command: 'daychain check' }, COMMANDS.worker],
  );
}

/** Its condition, or its work, is not there yet. */
function lookingAgain(
  facts: TaskRunFacts,
  { waiting, lastFailure, nextAttemptAt, startedAt }: PendingAttempt,
  of: Subject,
): Judged {
  const how = waiting === 'postponed' ? 'is postponed' : 'found no work yet';
  const next = nextAttemptAt === null ? 'soon' : `at ${when(nextAttemptAt, of)}`;
  return judged(
    waiting!,
    `${how} and looks again ${next}${because(lastFailure)}`,
    [
      ['last look', startedAt === null ? null : ago(startedAt, of)],
      ['at the end', endText(waiting!, facts.waits)],
    ],
    [{ ...COMMANDS.retryNow(of), text: 'Look again now' }, COMMANDS.skip(of)],
  );
}

function endText(waiting: LookedInVain, waits: WaitSpec | undefined): string | null {
  const until = waiting === 'postponed' ? waits?.condition?.until : waits?.recheck?.until;
  if (waits === undefined || until === undefined) return null;
  if (until === null) return 'after 24 hours it fails as deadline';
  const time = `${until.time}${until.days > 0 ? ` +${until.days}d` : ''} ${waits.timezone}`;
  return waiting === 'postponed' ? `at ${time} it fails as deadline` : `at ${time} it ends as no_work`;
}

function retrying(facts: TaskRunFacts, next: string, of: Subject): Judged {
  const { pending } = facts.run;
  const inMs = Date.parse(next) - of.now;
  return judged(
    'retrying',
    `waits to try again: ${attemptText(facts)} begins at ${clock(next, of)} ${of.timezone}, in ${durationText(inMs)}`,
    [
      ['last error', firstLine(pending?.lastFailure)],
      ['attempts', pending?.attemptErrors.map(({ at }) => clock(at, of)).join(', ')],
      ['next try', `${when(next, of)}, by itself`],
    ],
    [COMMANDS.retryNow(of), COMMANDS.skip(of)],
  );
}

function running(facts: TaskRunFacts, of: Subject): Judged {
  const { run, lock } = facts;
  const { pending } = run;
  const since = pending?.startedAt ?? run.started;
  const stopping = pending?.state === 'cancelling' ? 'is being stopped' : 'is running';
  return judged(
    'running',
    `${stopping}: ${attemptText(facts)}, for ${durationText(Math.max(0, of.now - Date.parse(since)))}`,
    [
      ['since', when(since, of)],
      ['heartbeat', pending?.lastHeartbeatAt ? ago(pending.lastHeartbeatAt, of) : null],
      ['progress', progressText(pending?.progress)],
      ['last error', firstLine(pending?.lastFailure)],
      ['lock', lockLine(lock, run.workflowId)],
      ['worker', pending?.worker ?? null],
    ],
    [COMMANDS.logs(run.workflowId), COMMANDS.cancel(run.workflowId)],
  );
}

function lockLine(lock: TaskRunFacts['lock'], workflowId: string): string | null {
  if (lock.is === 'none') return null;
  if (lock.is === 'unreadable') return `could not be read${because(lock.problem)}`;
  if (lock.lock === null) return 'nobody holds it';
  const whose = lock.lock.state === 'running' && lock.lock.run === workflowId ? 'this run' : WHOSE[lock.lock.state];
  return `held by ${whose}: "${lock.lock.holder}", ${leftText(lock.lock)}`;
}

function unbegun({ run }: TaskRunFacts, of: Subject): Judged {
  const last = firstLine(run.pending?.lastFailure);
  const since = when(run.pending?.nextAttemptAt ?? run.started, of);
  if (of.workers.length === 0) return noWorker(of, `is queued since ${since}`, last);
  const silent = run.progress === null && run.pending === null;
  const why = silent ? 'a worker polls, but has not answered for it yet' : 'workers poll, but none is free yet';
  return judged(
    'queued',
    `is queued since ${since}: ${why}`,
    [
      ['workers', workersText(of)],
      ['last error', last],
    ],
    [{ text: 'Another worker', command: COMMANDS.worker.command }, COMMANDS.cancel(run.workflowId)],
  );
}

/** Nobody works on this project's queue. `how` begins the sentence. */
export function noWorker(of: Subject, how: string, lastError: string | null = null): Judged {
  return judged(
    'no_worker',
    `${how}, and no worker polls its queue "${of.taskQueue}"`,
    [['last error', lastError]],
    [{ text: 'Start everything here', command: 'daychain up' }, COMMANDS.worker],
  );
}

/** Waits that a worker has to end say so where there is none. */
function needingWorker(judgement: Judged, of: Subject): Judged {
  if (of.workers.length > 0) return judgement;
  const detail = { label: 'workers', text: `none polls "${of.taskQueue}": nothing goes on until one does` };
  return { ...judgement, details: [...judgement.details, detail], commands: [...judgement.commands, COMMANDS.worker] };
}

/** `2: 4711@host, polled 3 s ago`. */
export function workersText(of: Subject): string {
  const [first] = of.workers;
  if (first === undefined) return `none polls "${of.taskQueue}"`;
  const more = of.workers.length > 1 ? ` and ${of.workers.length - 1} more` : '';
  return `${first.identity}${first.lastPoll ? `, polled ${ago(first.lastPoll, of)}` : ''}${more}`;
}

/** The server counts within the current activity; earlier ones of the run have used attempts up too. */
function attemptText({ run: { pending }, attempts }: TaskRunFacts): string {
  if (pending === null) return 'an attempt';
  const left = pending.maximumAttempts;
  const used = attempts === null || left === 0 ? 0 : Math.max(0, attempts - left);
  return `attempt ${used + pending.attempt} of ${attempts ?? (left || '∞')}`;
}
