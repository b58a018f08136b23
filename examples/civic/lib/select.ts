/** Which contributions a run takes up (O-47). */
import { isLabelled } from './incoming.js';
import { readRecord, standing, type ContributionRecord, type Incoming } from './records.js';

export interface Selection {
  /** In the order they were sent in; the same in every attempt of a run. */
  chosen: Taken[];
  /** Waiting, but beyond the limit: the next run takes them up. */
  left: number;
}

export interface Taken {
  incoming: Incoming;
  record: ContributionRecord;
}

export interface Wish {
  root: string;
  /** Eight characters of the run: what it has done already it takes up again, so that its attempts see one list. */
  taskId: string;
  limit: number;
  /** Only texts sent in on or after this day, `YYYYMMDD`; null: all. */
  afterDate: string | null;
}

/**
 * Takes what waits, oldest first: texts nobody has judged, texts that were changed since, verdicts whose label is still to be written.
 * Quarantined ones wait for their repair, save those this very run put there.
 */
export async function select(all: readonly Incoming[], { root, taskId, limit, afterDate }: Wish): Promise<Selection> {
  const taken: Taken[] = [];
  for (const incoming of all) {
    const record = standing(incoming, await readRecord(root, incoming.id));
    const waits = record.state === 'pending' ? !isLabelled(incoming) : record.label === 'wanted' || record.task_id === taskId;
    if (waits && (afterDate === null || (incoming.day ?? afterDate) >= afterDate)) taken.push({ incoming, record });
  }
  return { chosen: taken.slice(0, limit), left: Math.max(0, taken.length - limit) };
}
