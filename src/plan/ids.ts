/** Ids, run keys and the canonical workflow ID made of both. */

const ID = /^[a-z][a-z0-9_-]{0,79}$/;
const RUN_KEY = /^(?:\d{8}|\d{8}T\d{6}Z|at-[a-z][a-z0-9_-]{0,79})$/;
/** Words the workflow IDs of one-shots, backfills and retries begin with. */
const RESERVED = ['at', 'backfill', 'retry'];

/** Says what is wrong with a task's or chain's id, or null. */
export function idProblem(id: string): string | null {
  if (RESERVED.includes(id)) return `"${id}" is reserved; ${RESERVED.join(', ')} cannot be ids`;
  if (ID.test(id)) return null;
  return `"${id}" is no id: a lower-case letter first, then letters, digits, "_" or "-", at most 80 characters in all`;
}

export function isRunKey(text: string): boolean {
  return RUN_KEY.test(text);
}

/** The workflow ID by which a run of a task or chain is unique. */
export function canonicalId(id: string, runKey: string): string {
  return `${id}:${runKey}`;
}

/** Takes a canonical workflow ID apart, or answers null for any other text. */
export function parseCanonicalId(workflowId: string): { id: string; runKey: string } | null {
  const colon = workflowId.indexOf(':');
  if (colon < 0) return null;
  const id = workflowId.slice(0, colon);
  const runKey = workflowId.slice(colon + 1);
  return ID.test(id) && RUN_KEY.test(runKey) ? { id, runKey } : null;
}

/** The workflow ID of a one-shot. */
export function oneShotId(id: string): string {
  return `at:${id}`;
}

/** The run key of what a one-shot starts. */
export function oneShotKey(id: string): string {
  return `at-${id}`;
}

/** The workflow ID of a slot's shell, as the server makes it: the schedule's id and the slot in UTC, whole seconds. */
export function shellId(id: string, scheduledFor: string): string {
  return `${id}-${scheduledFor}`;
}

/** The workflow ID of what watches for notices: an execution's end, or a slot's lateness. `cause` tells them apart. */
export function noticeId(id: string, runKey: string, cause: string): string {
  return `notice:${id}:${runKey}:${cause}`;
}

/** The workflow ID of the run that a notice's watcher tells of, or null for any other text. */
export function parseNoticeId(workflowId: string): string | null {
  const [word, id, runKey] = workflowId.split(':');
  return word === 'notice' && id !== undefined && runKey !== undefined ? canonicalId(id, runKey) : null;
}

/** The workflow ID of what ends a schedule's pause at its time. */
export function pauseId(schedule: string): string {
  return `pause:${schedule}`;
}

/** The workflow ID of a project's clean-up of a day. Two colons: no run of a task has it. */
export function cleanUpId(project: string, date: string): string {
  return `cleanup:${project}:${date}`;
}
