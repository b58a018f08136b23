/** The screen of one run. */
import { isChainResult, type RunView } from '../control/describe-run.js';
import type { LockView } from '../control/locks.js';
import type { OrderRecords } from '../control/order-records.js';
import type { TaskSnapshot } from '../control/progress.js';
import type { ShownRun } from '../control/show-run.js';
import { progressText } from '../control/items.js';
import { durationText } from '../plan/duration.js';
import { DAY } from '../plan/limits.js';
import type { Asked, AttemptError, TaskResult } from '../plan/types.js';
import { isolatedText } from './isolated-text.js';
import type { Output } from './output.js';
import { recordText } from './orders/text.js';
import { nameWidth, runName, taskLine, tookText } from './run-lines.js';
import { shownState } from './states.js';
import { labelled, shortened } from './table.js';
import { clockText, whenText, whenTextWithZone } from '../control/when-text.js';

export interface ShowContext {
  out: Output;
  zone: string;
  /** Epoch milliseconds. */
  now: number;
}

const LABEL_WIDTH = 12;

/** A chain's run: its tasks, then what belongs to the run as a whole. `planNow`: version of today's plan. */
export function chainLines({ run, tasks, input, url, orders }: ShownRun, planNow: string | null, context: ShowContext): string[] {
  const { out } = context;
  const width = nameWidth(tasks.map(({ task }) => task));
  const line = { out, stream: out.stdout, zone: context.zone, now: context.now, nameWidth: width };
  const version = input?.plan?.version ?? null;
  const plan =
    version === null ? null : `${version}${planNow === null || planNow === version ? '' : '; the files have changed since'}`;
  const told = run.status === 'cancelled' || run.result === null ? run.message : null;
  return [
    headLine(run, context, run.progress?.held ? 'held' : null),
    ...tasks.map((task) => taskLine(task, line)),
    ...(tasks.length === 0 && run.end === null ? ['  Its tasks are not known: no worker answers for it.'] : []),
    ...heldLine(run, context),
    ...fields([['reason', told], ...lateField(run)], context),
    ...startLines({ run, input }, context),
    ...askedLines(
      'rerun',
      input?.rerun && {
        what: `${[input.rerun.mode, input.rerun.task ?? input.rerun.tasks?.join(' ')].filter(Boolean).join(' ')}, `,
        ...input.rerun,
      },
      context,
    ),
    ...orderLines(orders, context),
    ...fields(
      [
        ['plan', plan],
        ['web ui', url],
      ],
      context,
    ),
    ...endOfChain(run),
  ];
}

/** A task's run: attempts, errors, result, lock. */
export function taskLines(shown: ShownRun, context: ShowContext): string[] {
  const { run, input, url } = shown;
  const [task] = shown.tasks;
  const result = isChainResult(run.result) ? null : run.result;
  const params = run.params ?? input?.params ?? {};
  return [
    headLine(run, context, task?.phase ?? null),
    ...fields(
      [
        ['waits for', waitsFor(run, task)],
        ['chain', input?.chain ?? null],
        ['params', Object.keys(params).length === 0 ? null : JSON.stringify(params)],
        ['body', isolatedText(input?.spec?.isolate)],
        ['reason', reasonOf(run, result)],
        ...lateField(run),
      ],
      context,
    ),
    ...pendingLines(run, context),
    ...attemptLines(result?.attempt_errors ?? [], context),
    ...listed('errors', result?.errors ?? [], run, context),
    ...listed('warnings', result?.warnings ?? [], run, context),
    ...fields(
      [
        ['output', outputOf(run, result)],
        ['by', result?.by ?? null],
        ['lock', lockText(shown)],
      ],
      context,
    ),
    ...startLines({ run, input }, context),
    ...askedLines('repeated', input?.force, context),
    ...orderLines(shown.orders, context),
    ...fields([['web ui', url]], context),
    ...(run.end !== null && run.end !== 'completed' ? [`Run it again:  daychain rerun ${run.workflowId}`] : []),
  ];
}

function waitsFor({ end, progress }: RunView, task: TaskSnapshot | undefined): string | null {
  if (end !== null) return null;
  return progress?.kind === 'one_shot' ? progress.detail : task?.detail || null;
}

function headLine(
  run: RunView,
  { out, zone, now }: ShowContext,
  phase: Parameters<typeof shownState>[0]['phase'] = null,
): string {
  const result = run.result;
  const amber = result !== null && !isChainResult(result) && result.errors.length + result.warnings.length > 0;
  const state = shownState({ status: run.status, kind: result?.kind ?? run.skippedSlot?.kind ?? null, phase, amber });
  const attempts = result !== null && !isChainResult(result) && result.attempts > 1 ? ` after ${result.attempts} attempts` : '';
  const took = tookText({ started: run.started, finished: run.closed }, now);
  const how = run.end === null ? `${state.word} for ${took}` : `${state.word}${attempts} in ${took}`;
  const kind = run.kind === 'shell' ? ', a shell' : '';
  return `${runName(run)}${kind} ${out.paint(state.colour, how)}, started ${whenTextWithZone(run.started, zone, now)}`;
}

function lateField({ result }: RunView): [string, string][] {
  return result?.late === true ? [['late', 'it began after its deadline, and so had none']] : [];
}

function pendingLines({ pending }: RunView, context: ShowContext): string[] {
  if (pending === null) return [];
  const { zone, now } = context;
  if (pending.waiting !== null) {
    const next =
      pending.nextAttemptAt === null
        ? 'looks again soon'
        : `looks again at ${whenTextWithZone(pending.nextAttemptAt, zone, now).replace(/^today /, '')}`;
    return fields(
      [
        ['now', next],
        [pending.waiting === 'postponed' ? 'postponed' : 'no work', pending.lastFailure],
      ],
      context,
    );
  }
  const count = `attempt ${pending.attempt} of ${pending.maximumAttempts || '∞'}`;
  const next =
    pending.nextAttemptAt && pending.state === 'scheduled' ? `, next at ${clockText(pending.nextAttemptAt, zone, true)}` : '';
  const beat =
    pending.state === 'running' && pending.lastHeartbeatAt ? `, last heartbeat ${ago(pending.lastHeartbeatAt, now)}` : '';
  const worker = pending.worker && pending.state === 'running' ? ` on ${pending.worker}` : '';
  return fields(
    [
      ['now', `${count}, ${pending.state}${worker}${next}${beat}`],
      ['progress', pending.state === 'running' ? progressText(pending.progress) : null],
      ['last error', pending.lastFailure],
    ],
    context,
  );
}

function attemptLines(errors: readonly AttemptError[], { out, zone }: ShowContext): string[] {
  return errors.flatMap(({ attempt, at, message }, index) =>
    labelled(index === 0 ? 'attempts' : '', `${attempt}  ${clockText(at, zone, true)}  ${message}`, {
      labelWidth: LABEL_WIDTH,
      width: out.width,
    }),
  );
}

/** More than this of a list is for --json. */
const MOST_LISTED = 5;

function listed(label: string, texts: readonly string[], { workflowId }: RunView, { out }: ShowContext): string[] {
  const shown = texts.slice(0, MOST_LISTED).map((text) => shortened(text.split('\n')[0]!, out.width - LABEL_WIDTH - 4));
  if (texts.length > shown.length) shown.push(`… and ${texts.length - shown.length} more: daychain show ${workflowId} --json`);
  return shown.flatMap((text, at) => labelled(at === 0 ? label : '', text, { labelWidth: LABEL_WIDTH, width: out.width }));
}

function heldLine({ progress }: RunView, context: ShowContext): string[] {
  const held = progress?.held ?? null;
  if (held === null) return [];
  // A run that waits its turn in a backfill is held for as long as that takes.
  const until =
    held.until - context.now > 365 * DAY
      ? ''
      : `, until ${whenText(new Date(held.until).toISOString(), context.zone, context.now)}`;
  return fields([['held', `by ${held.by}${held.reason ? `: ${held.reason}` : ''}${until}`]], context);
}

/** Who started it by hand, and why; a repetition says so itself. */
function startLines({ run, input }: Pick<ShownRun, 'run' | 'input'>, context: ShowContext): string[] {
  return input?.rerun || input?.force ? [] : askedLines('started', run.asked, context);
}

/** Who repeated it, and why. */
function askedLines(label: string, asked: (Asked & { what?: string }) | undefined, context: ShowContext): string[] {
  if (asked === undefined) return [];
  return fields([[label, `${asked.what ?? ''}by ${asked.by}${asked.reason ? `: ${asked.reason}` : ''}`]], context);
}

function orderLines({ orders, complete }: OrderRecords, { out, zone, now }: ShowContext): string[] {
  const texts = orders.map((order) => recordText(order, zone, now));
  if (!complete) texts.push('later ones are not read: its history is very long');
  return texts.flatMap((text, at) => labelled(at === 0 ? 'orders' : '', text, { labelWidth: LABEL_WIDTH, width: out.width }));
}

function endOfChain(run: RunView): string[] {
  if (run.end === null || run.end === 'completed') return [];
  return [`Run again what did not succeed:  daychain rerun ${run.workflowId}`];
}

function fields(pairs: readonly (readonly [string, string | null])[], { out }: ShowContext): string[] {
  return pairs.flatMap(([label, text]) =>
    text === null ? [] : labelled(label, text, { labelWidth: LABEL_WIDTH, width: out.width }),
  );
}

/** Why it ended so, unless its last attempt says the same. */
function reasonOf(run: RunView, result: TaskResult | null): string | null {
  const reason = result?.reason ?? run.skippedSlot?.reason ?? (run.end === null || run.end === 'completed' ? null : run.message);
  return reason !== null && reason === result?.attempt_errors.at(-1)?.message ? null : reason;
}

function outputOf({ workflowId }: RunView, result: TaskResult | null): string | null {
  if (result === null || Object.keys(result.output).length === 0) return null;
  const text = JSON.stringify(result.output);
  return text.length <= 400 ? text : `${text.slice(0, 399)}…   all of it: daychain show ${workflowId} --json`;
}

function lockText({ lock, lockProblem, run }: ShownRun): string | null {
  if (lockProblem !== null) return `not known: ${lockProblem}`;
  if (lock === null) return run.end === null ? 'nobody holds it' : null;
  const left = lock.ttlMs === null ? 'never ends by itself' : `${durationText(lock.ttlMs)} left`;
  const whose =
    lock.run !== null && lock.run !== run.workflowId
      ? `${OTHERS[lock.state] ?? WHOSE[lock.state]}: ${lock.run}`
      : WHOSE[lock.state];
  return `held by ${lock.holder} (${whose}), ${left}`;
}

const WHOSE: Record<LockView['state'], string> = {
  running: 'this run',
  closed: 'left over from this run',
  abandoned: 'a body of ours that did not stop',
  unknown: 'looks like ours, but not this run',
  stranger: 'a stranger',
};

/** Where another run of the same date has it. */
const OTHERS: Partial<Record<LockView['state'], string>> = { running: 'another run', closed: 'left over from another run' };

function ago(instant: string, now: number): string {
  return `${durationText(Math.max(0, now - Date.parse(instant)))} ago`;
}
