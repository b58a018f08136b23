/** Kept calls as they are told. */
import { callName, type CallView, type ShownCall } from '../../control/calls.js';
import { whenText } from '../../control/when-text.js';
import { durationText } from '../../plan/duration.js';
import { clipped, table, wrapped } from '../table.js';
import type { WatchedEvent } from '../watch.js';

/** A table, and under each line its arguments and its last error. `now` in epoch milliseconds. */
export function callLines(calls: readonly CallView[], zone: string, now: number, width: number): string[] {
  if (calls.length === 0) return [];
  const rows = calls.map((call) => [callName(call.call), tryText(call), stateText(call, zone, now)]);
  const [head, ...lines] = table([['CALL', 'TRY', 'NEXT TRY'], ...rows]);
  const more = calls.map(({ args, lastError }) => [
    clipped(`  ${JSON.stringify(args)}`, width),
    ...(lastError === null ? [] : [clipped(`  ${lastError.split('\n')[0]!}`, width)]),
  ]);
  return [head!, ...lines.flatMap((line, at) => [line, ...more[at]!])];
}

export function callEvent(call: CallView, zone: string, now: number): WatchedEvent {
  const error = call.lastError === null ? '' : `: ${call.lastError.split('\n')[0]!}`;
  return {
    key: call.call,
    state: `${call.runId} ${call.attempt}`,
    line: `${callName(call.call)}, ${tryText(call)}, ${stateText(call, zone, now)}${error}`,
  };
}

/** One call in full. */
export function shownCallLines(call: ShownCall, zone: string, now: number, width: number): string[] {
  const state = call.running ? `try ${call.attempt} of ${call.attempts} is under way` : stateText(call, zone, now);
  const facts = [
    ['call', call.call],
    ['state', call.state === 'waiting' ? `try ${tryText(call)}, ${state}` : `${state}, after try ${tryText(call)}`],
    ['arguments', JSON.stringify(call.args)],
    ...(call.tags.length === 0 ? [] : [['tags', call.tags.join(', ')]]),
    ['kept', whenText(call.started, zone, now, true)],
    ...(call.reason === null ? [] : [['reason', call.reason]]),
    ...(call.asked === null ? [] : [['asked by', `${call.asked.by}${call.asked.reason ? `: ${call.asked.reason}` : ''}`]]),
    ...(call.value === null ? [] : [['value', JSON.stringify(call.value)]]),
  ] as [string, string][];
  const lines = facts.flatMap(([name, text]) => wrapped(`${name.padEnd(10)} ${text}`, width));
  const errors = call.errors.map(({ attempt, at, message }) =>
    clipped(`  try ${attempt}, ${whenText(at, zone, now, true)}: ${message.split('\n')[0]!}`, width),
  );
  return [callName(call.call), ...lines, ...(errors.length === 0 ? [] : ['errors, the last five:', ...errors])];
}

function tryText({ attempt, attempts }: CallView): string {
  return `${attempt} of ${attempts}`;
}

function stateText({ state, nextTryAt, closed }: CallView, zone: string, now: number): string {
  if (nextTryAt === null) return `${state === 'failed' ? 'given up' : state} ${whenText(closed!, zone, now, true)}`;
  const left = Date.parse(nextTryAt) - now;
  return left <= 0 ? 'now, as soon as a worker takes it' : `${whenText(nextTryAt, zone, now, true)}, in ${durationText(left)}`;
}
