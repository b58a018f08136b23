/** Notices that a project's files have changed, and waits until whoever changes them has done. */
import { setTimeout as delay } from 'node:timers/promises';
import { type FilesSeen, lookAtFiles, sameStamps } from './project-files.js';

/** Files are looked at, not subscribed to: that works on every file system, and sees whatever way editors save. */
const LOOK_EVERY_MS = 400;
/** A burst of saves counts as one once nothing has moved for this long … */
const QUIET_MS = 300;
/** … or has gone on for this long. */
const LONGEST_BURST_MS = 2_000;
/** At most this part of the time goes into looking, however many files there are. */
const MOST_OF_TIME = 0.05;

export interface Watched {
  dir: string;
  /** Modules outside of the project's own folders that belong to it. Asked anew at each look. */
  modules(): Iterable<string>;
}

/**
 * Resolves with the files as they are once they differ from `before` and have come to rest.
 * @throws the signal's reason when it is aborted
 */
export async function nextChange(watched: Watched, before: FilesSeen, signal: AbortSignal): Promise<FilesSeen> {
  let pauseMs = LOOK_EVERY_MS;
  for (;;) {
    await delay(pauseMs, undefined, { signal });
    const began = performance.now();
    const seen = await lookAtFiles(watched.dir, watched.modules(), before);
    pauseMs = Math.max(LOOK_EVERY_MS, (performance.now() - began) / MOST_OF_TIME);
    if (!sameStamps(before, seen)) return await atRest(watched, seen, signal);
  }
}

async function atRest(watched: Watched, first: FilesSeen, signal: AbortSignal): Promise<FilesSeen> {
  const until = performance.now() + LONGEST_BURST_MS;
  let seen = first;
  for (;;) {
    await delay(QUIET_MS, undefined, { signal });
    const now = await lookAtFiles(watched.dir, watched.modules(), seen);
    if (sameStamps(seen, now) || performance.now() > until) return now;
    seen = now;
  }
}
