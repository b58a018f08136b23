/** A state as people see it: a glyph, a word, a colour. */
import type { Kind, Phase, Status } from '../plan/types.js';
import type { Colour } from './output.js';

export interface ShownState {
  glyph: string;
  word: string;
  colour: Colour | null;
}

export interface AnyState {
  status: Status;
  kind?: Kind | null;
  phase?: Phase | null;
  /** A success with errors of single items, or warnings. */
  amber?: boolean;
}

const PHASES: Record<Phase, ShownState> = {
  queued: { glyph: '◔', word: 'queued', colour: 'blue' },
  waiting_for_upstream: { glyph: '◔', word: 'waits for the tasks before it', colour: null },
  waiting_for_lock: { glyph: '◔', word: 'waits for its lock', colour: 'blue' },
  waiting_for_worker: { glyph: '◔', word: 'waits for a worker that knows it', colour: 'blue' },
  waiting_for_run: { glyph: '◔', word: 'waits for another run', colour: 'blue' },
  waiting_for_work: { glyph: '◔', word: 'waits for work', colour: 'blue' },
  postponed: { glyph: '◔', word: 'postponed', colour: 'blue' },
  held: { glyph: '◔', word: 'held', colour: 'yellow' },
  running: { glyph: '●', word: 'running', colour: 'blue' },
  retrying: { glyph: '↻', word: 'waits to try again', colour: 'yellow' },
};

export function shownState({ status, kind, phase, amber }: AnyState): ShownState {
  switch (status) {
    case 'pending':
      return PHASES[phase ?? 'running'];
    case 'success':
      return amber
        ? { glyph: '✓', word: 'succeeded with warnings', colour: 'yellow' }
        : { glyph: '✓', word: 'succeeded', colour: 'green' };
    case 'skipped':
      return { glyph: '–', word: `skipped (${kind ?? 'no reason known'})`, colour: kind === 'lock_held' ? 'yellow' : null };
    case 'failed':
      return { glyph: '✗', word: kind && kind !== 'error' ? `failed (${kind})` : 'failed', colour: 'red' };
    case 'cancelled':
      return { glyph: '⊘', word: 'cancelled', colour: 'red' };
  }
}
