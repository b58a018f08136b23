/** The inputs of a wish's form. */
import type { ComponentChildren } from 'preact';
import type { Fault } from '../client/problem.js';
import { useSpeech } from '../i18n/context.js';
import { modesOf, needsReason, type Typed, type Wish } from './wishes.js';

/** As the terminal takes dates too; a browser's own input for dates writes them as its maker's language does. */
const DATE = '2026-02-03';

export interface WishFieldsProps {
  wish: Wish;
  parts: readonly (keyof Typed)[];
  typed: Typed;
  change: (more: Partial<Typed>) => void;
  faults: readonly Fault[];
}

export function WishFields({ wish, parts, typed, change, faults }: WishFieldsProps) {
  const { t } = useSpeech();
  const text = (name: 'reason' | 'concurrency' | 'until' | 'date' | 'from' | 'to', word: string, more: TextProps) =>
    parts.includes(name) && (
      <Labelled key={name} word={word} fault={faultOf(faults, name)} wide={name === 'reason'}>
        <input
          type="text"
          autocomplete="off"
          {...more}
          value={typed[name]}
          onInput={(event) => change({ [name]: event.currentTarget.value })}
        />
      </Labelled>
    );
  const dated = wish.verb === 'run' && wish.runKey !== null;
  return (
    <>
      {!dated && text('date', t.date, { placeholder: t.dateHint })}
      {text('from', t.from, { placeholder: DATE, required: true })}
      {text('to', t.to, { placeholder: t.toHint, required: true })}
      {parts.includes('only') && (
        <Labelled word={t.only} fault={faultOf(faults, 'only')}>
          <select value={typed.only} onChange={(event) => change({ only: event.currentTarget.value as Typed['only'] })}>
            {(Object.keys(t.onlyWhich) as Typed['only'][]).map((one) => (
              <option key={one} value={one}>
                {t.onlyWhich[one]}
              </option>
            ))}
          </select>
        </Labelled>
      )}
      {text('concurrency', t.atOnce, { inputMode: 'numeric', pattern: '[0-9]{1,4}', placeholder: '5' })}
      {parts.includes('catchUp') && (
        <label class="check">
          <input type="checkbox" checked={typed.catchUp} onChange={(event) => change({ catchUp: event.currentTarget.checked })} />
          <span>{t.catchUp}</span>
        </label>
      )}
      {text('reason', t.reason, { placeholder: t.reasonHint, maxLength: 500, required: needsReason(wish, typed) })}
      {wish.verb === 'rerun' && (
        <Labelled word={t.only} fault={faultOf(faults, 'mode')}>
          <select
            value={typed.mode || modesOf(wish)[0]}
            onChange={(event) => change({ mode: event.currentTarget.value as Typed['mode'] })}
          >
            {modesOf(wish).map((one) => (
              <option key={one} value={one}>
                {t.rerunMode[one]}
              </option>
            ))}
          </select>
        </Labelled>
      )}
      {text('until', t.until, { placeholder: t.untilHint })}
    </>
  );
}

interface TextProps {
  required?: boolean;
  placeholder?: string;
  maxLength?: number;
  inputMode?: 'numeric';
  pattern?: string;
}

export interface LabelledProps {
  word: string;
  hint?: string | null;
  fault?: string | null;
  wide?: boolean;
  children: ComponentChildren;
}

export function Labelled({ word, hint = null, fault = null, wide = false, children }: LabelledProps) {
  return (
    <label class={wide ? 'field is-wide' : 'field'}>
      <span>{word}</span>
      {children}
      {hint !== null && (
        <span class="quiet field-hint" lang="en">
          {hint}
        </span>
      )}
      {fault !== null && <span class="bad field-hint">{fault}</span>}
    </label>
  );
}

/** What the server says of one input. */
export function faultOf(faults: readonly Fault[], name: string): string | null {
  return faults.find(({ pointer }) => pointer === `/${name}` || pointer.startsWith(`/${name}/`))?.detail ?? null;
}
