/** What a sync did to a schedule, or would do, as programs are told of it. */
import type { SyncedStep } from './schedules.js';

/** Without its slots, which command line and API write in their own ways. */
export function stepView({ id, change, sentence, after, existing, rekeying, unconfirmed }: SyncedStep) {
  return {
    id,
    change,
    sentence,
    was: existing?.sentence ?? null,
    owner: existing?.project ?? null,
    paused: after?.paused ?? false,
    note: after?.note ?? null,
    next: after?.next ?? [],
    rekeying,
    unconfirmed,
  };
}
