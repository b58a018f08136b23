/** A slot's wait for an earlier one, which may be told to stop first. */
import { ActivityFailure, isCancellation, log, setCurrentDetails } from '@temporalio/workflow';
import { DAY } from '../plan/limits.js';
import type { SlotDecision } from '../plan/types.js';
import { lookups, waits, waitsWithin } from './engine.js';

/** A wait longer than this is told of. Milliseconds. */
const NOTICE_AFTER_MS = DAY;

/** Waits until the earlier slot's shell has closed, however it ended, or is decided, where that is enough. */
export async function awaitTurn(
  schedule: string,
  slot: string,
  decision: Extract<SlotDecision, { is: 'wait' | 'cancel' }>,
  onTooLong: (text: string) => void,
): Promise<void> {
  const { earlier } = decision;
  const until = decision.is === 'wait' ? decision.until : 'closed';
  if (decision.is === 'cancel') {
    setCurrentDetails(`Stops the slot before, ${earlier.slot}: overlap is cancel`);
    await lookups.cancelShell(earlier, `the slot ${slot} of ${schedule} is due, and overlap is cancel`);
  } else {
    setCurrentDetails(`Waits for the slot before, ${earlier.slot}, to be ${until}`);
  }
  try {
    return await waitsWithin(NOTICE_AFTER_MS).awaitShell(earlier, schedule, until);
  } catch (error) {
    if (isCancellation(error) || !(error instanceof ActivityFailure)) throw error;
  }
  const text = `slot ${slot} of ${schedule} has waited for over 24 hours: the run of slot ${earlier.slot} is still open. See it: daychain show ${earlier.workflowId}`;
  log.warn(text, { earlier: earlier.workflowId });
  setCurrentDetails(`**Notice**: ${text}`);
  onTooLong(text);
  await waits.awaitShell(earlier, schedule, until);
}
