/** Checks the schedule of a chain or task in its zone. */
import type { Schedule } from '../define/types.js';
import { compileSchedule, type CompiledSchedule } from '../time/schedule.js';
import { at, type Fields } from './fields.js';
import { nearest, type Note } from './problems.js';
import { readZone } from './project.js';

export interface Timing {
  /** The definition's own zone, or the project's. */
  timezone: string;
  /** As the author wrote it; null runs by hand only. */
  schedule: Schedule | null;
  compiled: CompiledSchedule | null;
}

export function readTiming(note: Note, fields: Fields, projectZone: string): Timing {
  const timezone = readZone(note, 'timezone', fields.timezone) ?? projectZone;
  if (fields.schedule === undefined) return { timezone, schedule: null, compiled: null };
  const { compiled, problems } = compileSchedule(fields.schedule, timezone);
  for (const { field, value, message, known } of problems) {
    note(
      field === '' ? 'schedule' : at('schedule', field),
      value,
      message.endsWith('.') ? message : `${message}.`,
      known ? nearest(field, known) : null,
    );
  }
  return { timezone, schedule: compiled && (fields.schedule as Schedule), compiled };
}
