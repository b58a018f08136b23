/** Slots that fell due and that nothing ever came of: in a pause, say, or while no server was there for too long. */
import type { Slot } from '../time/slots.js';
import type { Server } from './server.js';
import { readSlots, type RuledSchedule } from './slot-records.js';

/**
 * The slots of a window (both ends belong to it; epoch milliseconds) with neither a shell, whatever its end, nor a run of
 * their run key, in order. The caller bounds the window by when the schedule was made and by how long runs are kept.
 */
export async function missingSlots(server: Server, schedule: RuledSchedule, from: number, to: number): Promise<Slot[]> {
  const { slots } = await readSlots(server, schedule, from, to);
  return slots.filter(({ shell, run }) => shell === null && run === null).map(({ slot }) => slot);
}
