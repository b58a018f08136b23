/** What an author writes under `schedule`, and beside it of slots that are late, missed or overlap. */
import type { Duration } from '../plan/duration.js';

/** Wall-clock time, 24 hours: `'06:00'`. */
export type TimeOfDay = `${number}:${number}`;

/** When a chain is due, in its time zone: one form, or a list of which any may be due. A slot named twice is one slot. */
export type Schedule = ScheduleForm | readonly ScheduleForm[];

/** One form, and what stands around it. */
export type ScheduleForm = OneOf<ScheduleForms> & ScheduleLimits;

/** A full name of a day of the week, or its first three letters. */
export type Weekday =
  | ('monday' | 'tuesday' | 'wednesday' | 'thursday' | 'friday' | 'saturday' | 'sunday')
  | ('mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun');

export interface ScheduleForms {
  /** Five fields as Vixie cron reads them: `'30 6 * * 1-5'`. See docs/schedules.md for all that is read, and what is not. */
  cron: string;
  daily: TimeOfDay;
  weekly: { on: Weekday | readonly Weekday[]; at: TimeOfDay };
  /** Day 1 to 31, or the last. A month too short for it has its last day instead; `shortMonth: 'skip'` leaves it out. */
  monthly: { day: number | 'last'; at: TimeOfDay; shortMonth?: 'clamp' | 'skip' };
  /** Month 1 to 12. 29 February is the 28th in other years, or with `shortMonth: 'skip'` only in leap years. */
  yearly: { month: number; day: number | 'last'; at: TimeOfDay; shortMonth?: 'clamp' | 'skip' };
  /** Minute 0 to 59 of every hour of the day. */
  hourly: { minute: number };
  /** At least a minute. Counted from 1 January 1970 in UTC, so it knows neither midnight nor clock changes. */
  every: Duration;
  /** From the first time on, both ends included, in whole minutes; on the days named, or Monday to Friday. */
  businessHours: { days: Weekday | readonly Weekday[] | 'weekdays'; from: TimeOfDay; to: TimeOfDay; every: Duration };
  /** Instants, like `'2026-03-01T08:00:00Z'`, or local times in the chain's zone, like `'2026-03-01T09:00'`. At most 1,000. */
  at: string | readonly string[];
}

export interface ScheduleLimits {
  /** For `every`: moves all slots later. Shorter than `every`. */
  offset?: Duration;
  /** The first slots that count: a whole local date, like `'2026-03-01'`, or an instant. */
  from?: string;
  /** The last that count: the whole of a local date, or up to an instant, itself included. */
  until?: string;
  /** Local dates without slots: `'2026-12-25'`, `'2026-12-24..2026-12-31'`, or `{ from, until }` with both ends. */
  except?: string | readonly (string | { from: string; until: string })[];
  /** The server starts a slot at random up to this much later. A second to an hour; the same in all members of a list. */
  jitter?: Duration;
  /**
   * What runs are keyed by. `'date'` brings a schedule that is due oftener than daily under its date: the first success
   * ends the day, and the later slots of that date are already done. Default: by date where it is due once a day at one time
   * of day, which cannot be changed; else by slot. The same in all members of a list.
   */
  key?: 'date' | 'slot';
}

/** An object with just one of the fields. */
type OneOf<T> = { [K in keyof T]: Pick<T, K> & { [Other in Exclude<keyof T, K>]?: never } }[keyof T];

/** What becomes of slots that are late, missed, or due while an earlier one still runs. */
export interface SlotPolicySettings {
  /**
   * Which slots are still run that fell due while nothing was here: `'all'`, the `'latest'`, `'none'` (later than a minute
   * is misfired), or the `last` so many dates. Default `{ last: 7 }` where runs are keyed by date, else `'latest'`.
   */
  catchUp?: 'all' | 'latest' | 'none' | { last: number };
  /** A slot that begins later than this is not run, whatever `catchUp` says. */
  startWithin?: Duration;
  /**
   * While an earlier slot's run is open: `'queue'` waits for it, `'skip'` leaves this slot out, `'cancel'` stops the earlier
   * one, `'allow'` runs beside it. Default `'queue'` where runs are keyed by date or `catchUp` asks for several, else `'skip'`.
   */
  overlap?: 'queue' | 'skip' | 'cancel' | 'allow';
  /**
   * Wall clock in the chain's zone: `'07:30'`, or `'02:00 +1d'` for the day after the slot's date. What is unfinished then is
   * cancelled and fails. A run that starts later, as a catch-up does, is marked late and goes on.
   */
  deadline?: TimeOfDay | `${TimeOfDay} +${number}d`;
  /** Written like `deadline`: a run that has not succeeded then is told as late, by `notices` on `'late'`. Default: the deadline. */
  late?: TimeOfDay | `${TimeOfDay} +${number}d`;
  /**
   * For schedules whose runs are unique by their slot: how long closed runs are kept before the daily clean-up deletes them.
   * From 2 to 400 days, default `'30 days'`. A slot is protected from running twice for that long, less a day.
   */
  keep?: Duration;
}
