/** The graph of a chain's date: laid out, each node with what its task is at. Pure. */
import type { Registry } from '../../registry/index.js';
import { graphOf, layoutGraph } from '../graph-layout.js';
import type { DateSources } from './date.js';
import type { DateGraph, DateNode } from './date-types.js';
import { itemsOf } from '../items.js';
import { sentenceFor, type TaskState } from './task-state.js';

/** CSS pixels at a font of 14 px. */
const LETTER = 7.7;
const PADDING = 44;
const NARROWEST = 168;
const WIDEST = 380;
const HEIGHT = 60;
const MARGIN = 8;

export function graphOfDate({ plan, states, grid, run, runKey }: DateSources, registry: Registry): DateGraph {
  const layout = layoutGraph(graphOf(plan.tasks), {
    sizeOf: (id) => ({ width: Math.min(WIDEST, Math.max(NARROWEST, Math.ceil(id.length * LETTER) + PADDING)), height: HEIGHT }),
    margin: MARGIN,
  });
  const places = new Map(layout.nodes.map((node) => [node.id, node]));
  const usual = new Map(grid?.rows.map(({ id, usualMs }) => [id, usualMs]));
  const chainHeld = run?.progress?.kind === 'chain' ? run.progress.held : null;
  const nodes = plan.tasks.map((task): DateNode => {
    const { x, y, width, height, rank } = places.get(task.id)!;
    const state = states.get(task.id)!;
    const maximumAttempts = task.spec?.maximumAttempts ?? Math.max(1, state.attempt);
    const parents = task.dependsOn.filter((parent) => isUndecided(states.get(parent)));
    return {
      x,
      y,
      width,
      height,
      rank,
      task: task.id,
      summary: task.spec?.summary ?? registry.task(task.id)?.summary ?? null,
      dependsOn: [...task.dependsOn],
      runWhen: task.runWhen,
      run: state.run,
      state: state.state,
      kind: state.kind,
      phase: state.phase,
      sentence: `${task.id} ${runKey} ${sentenceFor(state, { parents, maximumAttempts, chainHeld })}.`,
      attempt: state.attempt,
      maximumAttempts,
      progress: itemsOf(state.pending?.progress),
      started: state.started,
      finished: state.finished,
      nextAttemptAt: state.state === 'retrying' || state.pending?.waiting ? (state.pending?.nextAttemptAt ?? null) : null,
      usualMs: usual.get(task.id) ?? null,
      timeoutMs: task.spec?.timeoutMs ?? 0,
      lastError: state.lastError,
      satisfied: state.satisfied,
      errors: state.errors,
      warnings: state.warnings,
    };
  });
  return { width: layout.width, height: layout.height, nodes, edges: layout.edges };
}

function isUndecided(state: TaskState | undefined): boolean {
  return state !== undefined && ['running', 'retrying', 'waiting', 'none', 'not_due'].includes(state.state);
}
