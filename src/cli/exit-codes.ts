/** What the exit code says. */
export const EXIT = {
  /** Done, or already done. */
  done: 0,
  /** The run failed; a check found something. */
  failed: 1,
  badInput: 2,
  unreachable: 3,
  /** The state of things does not allow it now. */
  refused: 4,
  interrupted: 130,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
