/** Limits, each with the reason for its height. Sizes in bytes of JSON, times in milliseconds. */

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** Temporal allows 2,000 pending children per workflow. */
export const MAX_TASKS_PER_CHAIN = 2_000;
export const DEFAULT_CONCURRENCY = 100;
/** A plan travels as one payload; Temporal refuses payloads over 2 MiB and retries for ever. */
export const MAX_PLAN_BYTES = 1_500_000;
export const MAX_OUTPUT_BYTES = 32 * 1024;
/** Outputs of all parents together travel in one child's input. */
export const MAX_UPSTREAM_BYTES = 512 * 1024;
/** Outputs of all tasks of a chain together stay in the parent's history. */
export const MAX_CHAIN_OUTPUT_BYTES = 8 * 1024 * 1024;

export const DEFAULT_HOLD_MS = DAY;
/** Closed runs of schedules keyed by slot: they are many, and each protects its slot for so long. */
export const DEFAULT_KEEP_MS = 30 * DAY;
/** A canonical start's mark is good for this long, so that a copied input is not one. */
export const MARK_VALID_MS = MINUTE;
/** Visibility runs about one second behind. */
export const VISIBILITY_WAIT_MS = 2 * SECOND;
/** A rolling deploy or reload may leave a worker without a task for a while. */
export const NOT_HERE_RETRY_MS = 10 * SECOND;
export const NOT_HERE_PATIENCE_MS = 5 * MINUTE;

export const MAX_ATTEMPT_ERRORS = 5;
export const MAX_ERROR_TEXT = 1_024;

/** Cuts a text to `limit` characters, marking the cut. */
export function cut(text: string, limit: number = MAX_ERROR_TEXT): string {
  return text.length <= limit ? text : `${text.slice(0, limit - 1)}…`;
}
