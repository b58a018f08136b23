/** How a state looks: its glyph, the same as in the terminal, and the class that colours it. */
import type { CellState } from '../../../control/views/cell.js';

export type GlyphName = 'success' | 'skipped' | 'failed' | 'cancelled' | 'running' | 'retrying' | 'waiting' | 'missed' | 'none';

export interface Look {
  glyph: GlyphName;
  /** Of the style sheet: `is-failed`. */
  style: string;
}

const GLYPHS: Record<CellState, GlyphName> = {
  success: 'success',
  warned: 'success',
  skipped: 'skipped',
  failed: 'failed',
  cancelled: 'cancelled',
  running: 'running',
  retrying: 'retrying',
  waiting: 'waiting',
  undecided: 'waiting',
  missed: 'missed',
  left_out: 'missed',
  not_due: 'none',
  none: 'none',
};

export function lookOf(state: CellState): Look {
  return { glyph: GLYPHS[state] ?? 'none', style: `is-${state}` };
}

/** Whether something still goes on. */
/** Whether nothing of it is left to run. */
export function isDone(state: CellState): boolean {
  return state === 'success' || state === 'warned';
}

export function isOpen(state: CellState): boolean {
  return state === 'running' || state === 'retrying' || state === 'waiting' || state === 'undecided';
}

/**
 * How full an open cell is, 0 to 1: the time it has taken of what it usually takes; never quite full, for it is not done.
 * Null where that cannot be said.
 */
export function fillOf(started: string | null | undefined, usualMs: number | null, now: number): number | null {
  if (!started || usualMs === null || usualMs <= 0) return null;
  return Math.min(Math.max((now - Date.parse(started)) / usualMs, 0.04), 0.96);
}
