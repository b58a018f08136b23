/** Lines about runs, shared by everything that shows them. */
import { durationText } from '../plan/duration.js';
import type { Json, JsonObject, TaskResult } from '../plan/types.js';
import { itemsOf, itemsText } from '../control/items.js';
import type { TaskSnapshot } from '../control/progress.js';
import type { OutputStream, Output } from './output.js';
import { shownState } from './states.js';
import { clipped, padded, widthOf } from './table.js';
import { clockText, whenTextWithZone } from '../control/when-text.js';

/** What a task is to look like in one line. `now` in epoch milliseconds. */
export interface LineContext {
  out: Output;
  stream: OutputStream;
  zone: string;
  now: number;
  /** Width of the column of names. */
  nameWidth: number;
}

/** `  ✓ task_firecrawl   2.1 s   pages_crawled 14`, never wider than the output. */
export function taskLine(task: TaskSnapshot, context: LineContext): string {
  const { out, stream } = context;
  const state = shownState({
    ...task,
    amber: task.result !== null && task.result.errors.length + task.result.warnings.length > 0,
  });
  const name = padded(task.task, context.nameWidth);
  const took = padded(tookText(task, context.now), 7);
  const head = `  ${out.paint(state.colour, state.glyph, stream)} ${name}   ${took}   `;
  const room = Math.max(20, out.width - widthOf(head));
  return `${head}${clipped(whatText(task, state.word, room, context), room)}`.trimEnd();
}

/** Width of the column for these names, kept small enough to leave room for the rest. */
export function nameWidth(names: readonly string[]): number {
  return Math.min(44, Math.max(0, ...names.map(widthOf)));
}

/** How long a run took, or has been going. Empty if it never began. */
export function tookText(run: { started: string | null; finished: string | null }, now: number): string {
  if (run.started === null) return '';
  const until = run.finished === null ? now : Date.parse(run.finished);
  return durationText(Math.max(0, until - Date.parse(run.started)));
}

function whatText(task: TaskSnapshot, word: string, room: number, { zone, now }: LineContext): string {
  const { pending, result } = task;
  const items = task.phase === 'running' ? itemsOf(pending?.progress) : null;
  if (task.status === 'success') {
    const warned = result && result.errors.length + result.warnings.length > 0 ? troubles(result) : '';
    const told = [task.satisfied ? 'done before' : '', warned].filter((text) => text !== '');
    const output = outputText(result?.output ?? {}, room - told.join(', ').length - 2);
    return [...told, output].filter((text) => text !== '').join(', ');
  }
  if (task.status === 'pending' && pending?.waiting) {
    const at = pending.nextAttemptAt;
    const next = at === null ? '' : `, looks again at ${whenTextWithZone(at, zone, now).replace(/^today /, '')}`;
    const why = pending.lastFailure === null ? '' : `: ${oneLine(pending.lastFailure)}`;
    return `${word}${next}${why}`;
  }
  if (task.status === 'pending' && pending !== null && pending.attempt > 1) {
    const next =
      pending.nextAttemptAt && Date.parse(pending.nextAttemptAt) > now
        ? `, next at ${clockText(pending.nextAttemptAt, zone, true)}`
        : '';
    const why = pending.lastFailure === null ? '' : `: ${oneLine(pending.lastFailure)}`;
    const count = `attempt ${pending.attempt} of ${pending.maximumAttempts}`;
    return items === null ? `${count}${next}${why}` : `${count}, ${itemsText(items)}`;
  }
  if (items !== null) return itemsText(items);
  const attempts = result && result.attempts > 1 ? ` after ${result.attempts} attempts` : '';
  // A cancelled task often has no more to say than that.
  const detail = task.detail === null || task.detail === word ? '' : `: ${oneLine(task.detail)}`;
  return task.status === 'pending' && detail === '' ? word : `${word}${attempts}${detail}`;
}

function troubles(result: TaskResult): string {
  const count = (number: number, word: string) => (number === 0 ? '' : `${number} ${word}${number === 1 ? '' : 's'}`);
  return [count(result.errors.length, 'item error'), count(result.warnings.length, 'warning')].filter(Boolean).join(', ');
}

/** The first plain values of an output that fit into the room, whole: `pages_crawled 14`. A path speaks for itself. */
export function outputText(output: JsonObject, room: number, most = 3): string {
  const plain = Object.entries(output).flatMap(([key, value]) => {
    if (!isPlain(value)) return [];
    return [typeof value === 'string' && value.includes('/') ? value : `${key} ${value}`];
  });
  const fitting: string[] = [];
  for (const text of plain.slice(0, most)) {
    if (fitting.length > 0 && [...fitting, text].join(', ').length > room) break;
    fitting.push(text);
  }
  return fitting.join(', ');
}

function isPlain(value: Json | undefined): value is string | number | boolean {
  return typeof value === 'number' || typeof value === 'boolean' || (typeof value === 'string' && value.length <= 60);
}

function oneLine(text: string): string {
  return text.split('\n')[0] ?? '';
}

/** `daily-chain 20260203`: a run by its id and run key. */
export function runName(run: { id: string; runKey: string | null; workflowId: string }): string {
  return run.runKey === null ? run.workflowId : `${run.id} ${run.runKey}`;
}
