/** A task as every form of the graph draws it. */
import type { Kind, Phase, RunWhen, Status } from '../../plan/types.js';
import { shownState, type ShownState } from '../states.js';

export interface DrawnTask {
  id: string;
  dependsOn: readonly string[];
  runWhen: RunWhen;
  /** Of the run that is shown; null where none is, or where it has not come to this task. */
  state: { status: Status; kind: Kind | null; phase: Phase | null } | null;
}

/** What `--run` shows of it; null without a run. */
export function stateOf({ state }: DrawnTask): ShownState | null {
  return state === null ? null : shownState(state);
}

/** `task_report (all_done)`: its rule only where it is not the usual one. */
export function nameOf({ id, runWhen }: DrawnTask): string {
  return runWhen === 'all_success' ? id : `${id} (${runWhen})`;
}
