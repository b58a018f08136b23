/**
 * Most that a process of a test may take, in milliseconds: less than the test may (vitest.config.ts), so that it is the process
 * that is named. A deadline, not an expectation: on a machine that stalls, a command of a second may well take half a minute.
 */
export const PROCESS_MS = 150_000;
