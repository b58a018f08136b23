/** A slot in what `--json` answers. */
import type { Slot } from '../time/slots.js';

export function slotJson({ date, runKey, scheduledFor }: Slot) {
  return { date, run_key: runKey, scheduled_for: scheduledFor };
}
