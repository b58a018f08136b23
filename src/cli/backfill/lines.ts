/** What the terminal says about backfills. */
import type { BackfillPlan } from '../../control/backfill-plan.js';
import type { BackfillView } from '../../control/backfills.js';
import {
  backfillCommand,
  tallyText,
  type BackfillProgress,
  type BackfillRequest,
  type BackfillResult,
} from '../../plan/backfill.js';
import { durationText } from '../../plan/duration.js';
import { dashed } from '../../time/dates.js';
import type { Output } from '../output.js';
import { shownState } from '../states.js';
import { clipped, labelled, table, wrapped } from '../table.js';
import { whenText } from '../../control/when-text.js';

/** The plan in a few lines: what stands how, what is run, about how long. */
export function planLines(plan: BackfillPlan): string[] {
  const { request, counts, runs, dates, notDue, dependsOnPast } = plan;
  const keys = counts.done + counts.failed + counts.running + counts.missing;
  const range = plan.keyedBy === 'date' ? counted(keys, 'date') : `${counted(keys, 'slot')} of ${counted(dates, 'date')}`;
  const states = (['done', 'failed', 'running', 'missing'] as const).filter((state) => counts[state] > 0);
  const told = states.map((state) => `${counts[state]} ${state}`).join(', ');
  const how = runs.length === 0 ? 'nothing to run' : `${counted(runs.length, 'run')}, ${howText(request)}`;
  const lines = [`${request.id}, ${range}: ${told}  →  ${how}`];
  if (request.tasks !== null) lines.push(`Only ${request.tasks.join(', ')}; the other tasks stay as they are.`);
  if (dependsOnPast !== null) lines.push(`${dependsOnPast} depends on its past: one run at a time, the oldest first.`);
  if (notDue > 0)
    lines.push(`${counted(notDue, 'slot')} of the range ${notDue === 1 ? 'is' : 'are'} not due yet and left to the schedule.`);
  if (counts.running > 0) lines.push(`What is running is left to whoever started it.`);
  if (runs.length > 0) lines.push(durationLine(plan));
  return lines;
}

function durationLine({ usual, estimate }: BackfillPlan): string {
  if (usual === null || estimate === null)
    return 'No run of it has succeeded yet: how long it takes is not known. Fresh runs go first.';
  return `At its usual ${durationText(usual)} a run: about ${aboutText(estimate)}. Fresh runs go first.`;
}

/** `oldest first, 5 at a time` */
function howText({ order, concurrency }: BackfillRequest): string {
  return `${order === 'asc' ? 'oldest' : 'newest'} first, ${concurrency === 1 ? 'one' : concurrency} at a time`;
}

/** Whole seconds and larger: an estimate has no tenths. */
function aboutText(ms: number): string {
  return ms < 9_950 ? `${Math.max(1, Math.round(ms / 1_000))} s` : durationText(ms);
}

/** The command that was given, whole, so that it can be given again with `--yes`. */
export function commandText(
  request: BackfillRequest,
  beyondRetention: boolean,
  defaults: { order: string; concurrency: number },
): string {
  return [
    backfillCommand(request),
    ...(request.only === null ? [] : [`--only ${request.only}`]),
    ...(request.order === defaults.order ? [] : [`--order ${request.order}`]),
    ...(request.concurrency === defaults.concurrency ? [] : [`--concurrency ${request.concurrency}`]),
    ...(request.reason === null ? [] : [`--reason ${JSON.stringify(request.reason)}`]),
    ...(beyondRetention ? ['--beyond-retention'] : []),
  ].join(' ');
}

/** `12 of 29 ended: 11 done, 1 failed; 5 under way     36 a minute, about 20 s left` */
export function progressText(progress: BackfillProgress): string {
  const { total, left, working, held, perMinute, timeLeft } = progress;
  const ended = total - left;
  const counts = ended === 0 ? 'none has ended' : `${ended} of ${total} ended: ${tallyText(progress)}`;
  const pace = perMinute === null || timeLeft === null ? '' : `   ${rateText(perMinute)}, about ${aboutText(timeLeft)} left`;
  const state = held === null ? '' : `held by ${held.by}${held.reason ? `: "${held.reason}"` : ''}; `;
  return `${state}${counts}; ${working} under way${held === null ? pace : ''}`;
}

function rateText(perMinute: number): string {
  return perMinute >= 1 ? `${Math.round(perMinute)} a minute` : `${Math.round(perMinute * 60)} an hour`;
}

/** How a backfill ended, what failed first, and the next command. */
export function endLines(out: Output, view: BackfillView): string[] {
  const { result } = view;
  const state = shownState({ status: view.status });
  const word = out.paint(state.colour, state.word);
  if (result === null) return [`${view.workflowId} ${view.end === 'terminated' ? 'was terminated' : word}; it left no result.`];
  const took = durationText(Math.max(0, Date.parse(result.finished) - Date.parse(result.started)));
  const why = result.end_reason === null ? '' : ` (${result.end_reason})`;
  const first = `Backfill of ${rangeText(result)} ${word} in ${took}${why}: ${tallyText(result, result.left)}.`;
  return [...wrapped(first, out.width), ...failureLines(out, result, result), ...nextLines(result)];
}

function nextLines(result: BackfillResult): string[] {
  return result.failed + result.cancelled + result.left === 0
    ? []
    : [`Run what is still missing or failed: ${backfillCommand(result)} --yes`];
}

function failureLines(
  out: Output,
  { failed, failures }: Pick<BackfillResult, 'failed' | 'failures'>,
  of: Dates | null,
): string[] {
  const labelWidth = Math.min(44, Math.max(0, ...failures.map(({ run }) => run.length)) + 3);
  const lines = failures.flatMap(({ run, message }) => labelled(run, message, { labelWidth, width: out.width }));
  return failed > failures.length ? [...lines, `  … and ${failed - failures.length} more: ${historyCommand(of)}`] : lines;
}

/** What became of each date; tasks have no history of their own. Without a request nobody knows which dates they are. */
function historyCommand(of: Dates | null): string {
  if (of === null) return 'daychain status';
  const [from, to] = [dashed(of.from), dashed(of.to)];
  return of.kind === 'chain'
    ? `daychain history ${of.id} --from ${from} --to ${to}`
    : `daychain stats ${of.id} --since ${from} --until ${to}`;
}

type Dates = Pick<BackfillRequest, 'id' | 'kind' | 'from' | 'to'>;

/** One backfill: what was asked, by whom, and how far it is. */
export function showLines(out: Output, view: BackfillView, zone: string, now: number): string[] {
  const { request, workflowId, progress } = view;
  const lines = [workflowId];
  const add = (label: string, text: string) => lines.push(...labelled(label, text, { labelWidth: 10, width: out.width }));
  if (request !== null) {
    add('runs', `${counted(view.total, 'run')} of ${rangeText(request)}, ${howText(request)}`);
    if (request.only !== null) add('only', request.only === 'all' ? 'all: what is done is repeated' : request.only);
    if (request.tasks !== null) add('tasks', request.tasks.join(', '));
    add('asked', `by ${request.by}, ${whenText(view.started, zone, now)}${request.reason === null ? '' : `: ${request.reason}`}`);
  }
  if (view.end !== null) return [...lines, ...endLines(out, view)];
  if (progress === null) {
    add('progress', 'no worker answers; it goes on when one does: daychain up, or daychain worker');
    return lines;
  }
  add('progress', progressText(progress));
  lines.push(...failureLines(out, progress, request));
  if (progress.held === null) lines.push(`Hold it: daychain backfill hold ${workflowId}`);
  else
    lines.push(
      `Held until ${whenText(new Date(progress.held.until).toISOString(), zone, now)}. Go on: daychain backfill release ${workflowId}`,
    );
  lines.push(`Stop it: daychain backfill cancel ${workflowId} --reason "…"`);
  return lines;
}

/** All backfills, one line each. */
export function listLines(out: Output, views: readonly BackfillView[], zoneOf: (id: string) => string, now: number): string[] {
  if (views.length === 0) return ['There has been no backfill yet.', 'Start one: daychain backfill CHAIN FROM TO'];
  const rows = views.map((view) => {
    const { request } = view;
    const state = shownState({ status: view.status, phase: view.progress?.held ? 'held' : 'running' });
    const counts = view.result ?? view.progress;
    const left = view.result?.left ?? view.progress?.left ?? 0;
    return [
      out.paint(state.colour, state.glyph),
      view.workflowId,
      state.word,
      whenText(view.started, zoneOf(request?.id ?? ''), now),
      counts === null ? counted(view.total, 'run') : tallyText(counts, left),
    ];
  });
  return table(rows, 2).map((line) => clipped(line, out.width));
}

/** `daily-chain, 2026-01-01 to 2026-03-31` */
function rangeText({ id, from, to }: Pick<BackfillRequest, 'id' | 'from' | 'to'>): string {
  return `${id}, ${dashed(from)} to ${dashed(to)}`;
}

export function counted(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? '' : 's'}`;
}
