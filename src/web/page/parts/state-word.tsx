/** A state in full: its sign and its word. */
import type { CellState } from '../../../control/views/cell.js';
import type { Kind, Phase } from '../../../plan/types.js';
import { lookOf } from '../grid/look.js';
import { useSpeech } from '../i18n/context.js';
import { Glyph } from './glyph.js';

export interface StateWordProps {
  state: CellState;
  kind?: Kind | null;
  phase?: Phase | null;
}

export function StateWord({ state, kind = null, phase = null }: StateWordProps) {
  const { t } = useSpeech();
  const { glyph, style } = lookOf(state);
  const why = kind !== null && kind !== 'error' ? t.kind[kind] : state === 'waiting' && phase !== null ? t.phase[phase] : null;
  return (
    <span class={`state ${style}`}>
      <Glyph name={glyph} />
      <span>
        {t.state[state]}
        {why !== null && state === 'waiting' ? ` ${why}` : why !== null ? ` (${why})` : ''}
      </span>
    </span>
  );
}
