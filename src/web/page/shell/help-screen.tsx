/** The keys, the signs, and the same in a terminal. */
import type { CellState } from '../../../control/views/cell.js';
import { lookOf } from '../grid/look.js';
import { useSpeech } from '../i18n/context.js';
import { Command } from '../parts/command.js';
import { Glyph } from '../parts/glyph.js';

const SIGNS: readonly CellState[] = [
  ...(['success', 'warned', 'skipped', 'failed', 'cancelled', 'running', 'retrying', 'waiting', 'missed', 'left_out'] as const),
];

export function HelpScreen() {
  const { t } = useSpeech();
  return (
    <div class="help">
      <h1 class="hidden">{t.help}</h1>
      <section>
        <h2>{t.keysTitle}</h2>
        <dl>
          {(Object.keys(t.keys) as (keyof typeof t.keys)[]).map((key) => (
            <>
              <dt>{t.keyNames[key]}</dt>
              <dd>{t.keys[key]}</dd>
            </>
          ))}
        </dl>
      </section>
      <section>
        <h2>{t.statesTitle}</h2>
        <dl class="signs">
          {SIGNS.map((state) => (
            <>
              <dt>
                <span class={`cell ${lookOf(state).style}`}>
                  <Glyph name={lookOf(state).glyph} />
                </span>
              </dt>
              <dd>{t.state[state]}</dd>
            </>
          ))}
        </dl>
      </section>
      <section>
        <h2>{t.terminalTitle}</h2>
        <p>{t.terminalHint}</p>
        {['daychain status', 'daychain why TASK DATE', 'daychain --help'].map((command) => (
          <Command key={command} text={command} />
        ))}
      </section>
    </div>
  );
}
