/** Checks the schedule of a chain or task in its zone, and what becomes of its late, missed and overlapping slots. */
import type { Schedule } from '../define/schedule-types.js';
import { DAY, SECOND } from '../plan/limits.js';
import { OVERLAPS, type CatchUp, type SlotPolicy } from '../plan/types.js';
import { compileSchedule, type CompiledSchedule } from '../time/schedule.js';
import { at, checkKeys, isFields, readChoice, readDuration, readNumber, type Fields } from './fields.js';
import { readNotices, type NoticeSetting } from './notices.js';
import { nearest, shown, type Note } from './problems.js';
import { readZone } from './project.js';

export interface Timing {
  /** The definition's own zone, or the project's. */
  timezone: string;
  /** As the author wrote it; null runs by hand only. */
  schedule: Schedule | null;
  compiled: CompiledSchedule | null;
  policy: SlotPolicy;
  /** When a slot that has not succeeded is late; null for never. */
  late: SlotPolicy['deadline'];
  /** Null: the project's. */
  notices: NoticeSetting[] | null;
}

/** Keys of a definition that readTiming reads. */
export const TIMING_KEYS = ['schedule', 'timezone', 'catchUp', 'startWithin', 'overlap', 'deadline', 'late', 'notices', 'keep'];

/** Run keys that are caught up where nothing is said and runs are keyed by date. */
const DEFAULT_LAST = 7;
const LONGEST_START_WITHIN = 30 * DAY;
const MOST_LAST = 10_000;
/** A slot is expected, and protected, for a day less than its run is kept. */
const LEAST_KEEP = 2 * DAY;
const MOST_KEEP = 400 * DAY;
/** A chain's day may end on a later one; by then the next slots are near. */
const MOST_DEADLINE_DAYS = 30;

export function readTiming(note: Note, fields: Fields, projectZone: string): Timing {
  const timezone = readZone(note, 'timezone', fields.timezone) ?? projectZone;
  const { schedule, compiled } = readSchedule(note, fields.schedule, timezone);
  if (fields.schedule === undefined) {
    for (const key of ['catchUp', 'startWithin', 'overlap', 'keep'])
      if (key in fields) note(key, fields[key], 'has nothing to judge: there is no schedule beside it.');
  }
  const policy = readPolicy(note, fields, compiled);
  const late = readWallClock(note, 'late', fields.late) ?? policy.deadline;
  const notices = fields.notices === undefined ? null : readNotices(note, 'notices', fields.notices);
  if (late === null && notices?.some(({ on }) => on.includes('late')))
    note('notices', undefined, "tell of lateness, and nothing says when it is late: write late: '07:15' or a deadline.");
  return { timezone, schedule, compiled, policy, late, notices };
}

function readSchedule(note: Note, value: unknown, timezone: string): Pick<Timing, 'schedule' | 'compiled'> {
  if (value === undefined) return { schedule: null, compiled: null };
  const { compiled, problems } = compileSchedule(value, timezone);
  for (const { field, value: came, message, typo } of problems) {
    note(
      field === '' || field.startsWith('[') ? `schedule${field}` : at('schedule', field),
      came,
      message.endsWith('.') ? message : `${message}.`,
      typo ? nearest(typo.word, typo.known) : null,
    );
  }
  return { schedule: compiled && (value as Schedule), compiled };
}

function readPolicy(note: Note, fields: Fields, compiled: CompiledSchedule | null): SlotPolicy {
  const byDate = compiled?.keyedBy !== 'slot';
  const said = readCatchUp(note, fields.catchUp);
  const keepMs = readKeep(note, fields.keep, compiled);
  // Slots that are asked to be caught up would otherwise be left out again as overlapping each other.
  const several = said === 'all' || typeof said === 'object';
  return {
    catchUp: said ?? (byDate ? { last: DEFAULT_LAST } : 'latest'),
    startWithinMs: readDuration(note, 'startWithin', fields.startWithin, SECOND, LONGEST_START_WITHIN) ?? null,
    overlap: readChoice(note, 'overlap', fields.overlap, OVERLAPS) ?? (byDate || several ? 'queue' : 'skip'),
    deadline: readWallClock(note, 'deadline', fields.deadline),
    ...(keepMs === undefined ? {} : { keepMs }),
  };
}

function readCatchUp(note: Note, value: unknown): CatchUp | undefined {
  if (value === undefined) return undefined;
  if (isFields(value)) {
    checkKeys(note, 'catchUp', value, ['last']);
    if (value.last === undefined) note('catchUp.last', undefined, 'is missing: how many of the newest run keys are caught up.');
    const last = readNumber(note, 'catchUp.last', value.last, { least: 1, most: MOST_LAST, whole: true });
    return last === undefined ? undefined : { last };
  }
  const words = ['all', 'latest', 'none'] as const;
  if (words.includes(value as never)) return value as CatchUp;
  const suggestion = typeof value === 'string' ? nearest(value, words) : null;
  note('catchUp', value, `${shown(value)} is not possible; there are all, latest, none, or { last: 7 }.`, suggestion);
  return undefined;
}

function readKeep(note: Note, value: unknown, compiled: CompiledSchedule | null): number | undefined {
  const keepMs = readDuration(note, 'keep', value, LEAST_KEEP, MOST_KEEP);
  if (keepMs === undefined || compiled?.keyedBy !== 'date') return keepMs;
  note(
    'keep',
    value,
    'has nothing to delete: runs that are unique by their date are kept for as long as the server keeps closed runs.',
  );
  return undefined;
}

/** A time of day on a slot's date, or some days later. */
export function readWallClock(note: Note, field: string, value: unknown): SlotPolicy['deadline'] {
  if (value === undefined) return null;
  const match = typeof value === 'string' ? /^([01]\d|2[0-3]):([0-5]\d)(?: ?\+(\d{1,2})d)?$/.exec(value) : null;
  const days = Number(match?.[3] ?? 0);
  if (match && days <= MOST_DEADLINE_DAYS) return { time: `${match[1]}:${match[2]}`, days };
  note(field, value, `${shown(value)} is no time of day: write '07:30', or '02:00 +1d' for the day after the slot's date.`);
  return null;
}
