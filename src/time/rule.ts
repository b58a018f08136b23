/** What a schedule compiles to: plain JSON, the union of rules. */
import type { Moments } from './moments.js';

/** What makes a run unique: the slot's local date, or, for chains that fire oftener, the slot itself. */
export type KeyedBy = 'date' | 'slot';

export interface CompiledSchedule {
  /** Zone of wall clocks and of dates. */
  timezone: string;
  /** A slot that several of them name is one slot. */
  rules: Rule[];
  /** The server starts a slot up to this much later than its nominal time. Milliseconds; 0 for none. */
  jitterMs: number;
  /** `every day at 06:00, Europe/Paris` */
  sentence: string;
  keyedBy: KeyedBy;
}

export interface Rule {
  due: Due;
  limits: Limits;
}

export type Due =
  | { kind: 'wall'; moments: Moments }
  /** Counted from 1 January 1970 in UTC, in milliseconds. */
  | { kind: 'every'; everyMs: number; offsetMs: number }
  /** Epoch milliseconds, sorted. */
  | { kind: 'at'; instants: number[] };

export interface Limits {
  /** The first that counts; null for none. */
  from: Bound | null;
  /** The last that counts. */
  until: Bound | null;
  /** Local dates that are left out, as ranges with both ends; sorted. */
  except: [first: string, last: string][];
}

/** A whole local date, or an instant in epoch milliseconds. */
export type Bound = { date: string } | { instant: number };
