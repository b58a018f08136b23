/** The verbs that fit, as words in a line. The chosen one opens its form in place; nothing is done before it is confirmed. */
import { useId, useRef, useState } from 'preact/hooks';
import { useMayAct } from '../client/role.js';
import { useSpeech } from '../i18n/context.js';
import { ActionForm } from './action-form.js';
import type { Wish } from './wishes.js';
import { verbOf } from './wish-words.js';

export function Actions({ label, wishes }: { label: string; wishes: readonly Wish[] }) {
  const { t } = useSpeech();
  const mayAct = useMayAct();
  const id = useId();
  const row = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState<string | null>(null);
  const wish = wishes.find((one) => verbOf(t, one) === open) ?? null;
  if (wishes.length === 0 || !mayAct) return null;
  const close = (): void => {
    row.current?.querySelector<HTMLElement>('[aria-expanded="true"]')?.focus();
    setOpen(null);
  };
  return (
    <>
      <div class="verbs" role="group" aria-label={label} ref={row}>
        {wishes.map((one) => {
          const word = verbOf(t, one);
          return (
            <button
              key={word}
              type="button"
              class="verb"
              aria-expanded={open === word}
              aria-controls={open === word ? id : undefined}
              onClick={() => setOpen(open === word ? null : word)}
            >
              {word}
              {'…'}
            </button>
          );
        })}
      </div>
      {wish !== null && <ActionForm key={open} id={id} wish={wish} close={close} />}
    </>
  );
}
