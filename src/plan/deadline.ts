/** The instant by which a run has ended. */

/** Epoch milliseconds of a run's deadline; null if it has none, or began after it: then it is late, and goes on. */
export function deadlineMs(deadline: string | undefined, startedMs: number): number | null {
  const at = deadline === undefined ? NaN : Date.parse(deadline);
  return at > startedMs ? at : null;
}

/** Whether a run began after its deadline. */
export function isLate(deadline: string | undefined, startedMs: number): boolean {
  return deadline !== undefined && Date.parse(deadline) <= startedMs;
}

/** `07:30 on 2026-02-03 (UTC+01:00)`: the instant's own offset gives the wall clock of its zone. */
export function deadlineText(deadline: string): string {
  const parts = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2})(?::[\d.]+)?(Z|[+-]\d{2}:\d{2})/.exec(deadline);
  if (parts === null) return deadline;
  const [, date, time, offset] = parts;
  return `${time} on ${date} (UTC${offset === 'Z' ? '' : offset})`;
}
