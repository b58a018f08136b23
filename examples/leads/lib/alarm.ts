/** When a queue is to be looked at by a person: it stands still, or moves and nothing comes of it (defect 13). */
import type { QueueDepth } from 'daychain/kit';

export interface Watched {
  queue: string;
  depth: Pick<QueueDepth, 'due' | 'stuck' | 'waitingSince' | 'lastDone' | 'now'>;
  /** The table that is filled from this queue, and when a row of it was last seen; null for none yet. */
  brings: { table: string; lastSeen: Date | null } | null;
}

const HOUR = 3_600_000;

/** One line per queue that is wrong, in words; none where all is well. */
export function troubles(watched: readonly Watched[], hours: number): string[] {
  return watched.flatMap(({ queue, depth, brings }) => {
    const { due, stuck, waitingSince, lastDone, now } = depth;
    const isOlder = (since: Date | null) => since === null || now.getTime() - since.getTime() > hours * HOUR;
    const lines: string[] = [];
    if (due > 0 && waitingSince !== null && isOlder(waitingSince) && isOlder(lastDone)) {
      lines.push(`${queue}: nothing moved for ${hours} hours, and ${due} rows are due since ${waitingSince.toISOString()}`);
    }
    if (stuck > 0) lines.push(`${queue}: ${stuck} rows are with workers that are gone`);
    if (brings !== null && !isOlder(lastDone) && isOlder(brings.lastSeen)) {
      lines.push(`${queue}: rows are done, but nothing came into ${brings.table} for ${hours} hours`);
    }
    return lines;
  });
}
