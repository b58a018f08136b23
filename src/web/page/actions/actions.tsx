/** The verbs that fit, as words in a line. The chosen one opens its form in place; nothing is done before it is confirmed. */
import { useId, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { useMayAct } from '../client/role.js';
import { useSpeech } from '../i18n/context.js';
import { useAnnounce } from '../shell/announce.js';
import { ActionForm } from './action-form.js';
import { useKeptFocus } from './kept-focus.js';
import { placeOf, sameWish, type Wish } from './wishes.js';
import { verbOf } from './wish-words.js';

export interface ActionsProps {
  label: string;
  wishes: readonly Wish[];
}

export function Actions({ label, wishes }: ActionsProps) {
  const { t } = useSpeech();
  const announce = useAnnounce();
  const mayAct = useMayAct();
  const id = useId();
  const row = useRef<HTMLDivElement>(null);
  /** The wish as it was when its form was opened, and where its button stood. */
  const [open, setOpen] = useState<{ wish: Wish; at: number } | null>(null);
  /** Whether the form waits for its answer or tells it: then it stays, whatever became of its wish. */
  const [kept, setKept] = useState(false);
  const [gone, setGone] = useState(false);
  const forgotten = open !== null && !kept && !wishes.some((one) => sameWish(one, open.wish));
  const focusAt = useKeptFocus(row, id, open?.at ?? 0);
  useLayoutEffect(() => {
    if (!forgotten) return;
    setOpen(null);
    setGone(true);
    announce(t.wishGone);
  }, [forgotten]);
  if ((wishes.length === 0 && open === null) || !mayAct) return null;
  const close = (): void => {
    focusAt(open?.at ?? 0);
    setOpen(null);
  };
  return (
    <>
      <div class="verbs" role="group" aria-label={label} ref={row}>
        {wishes.map((one, at) => {
          const chosen = open !== null && sameWish(one, open.wish);
          return (
            <button
              // Whose word changes, as from Hold to Release, stays the same button; no other becomes one under the pointer.
              key={placeOf(one)}
              type="button"
              class="verb"
              aria-expanded={chosen}
              aria-controls={chosen ? id : undefined}
              onClick={() => {
                setGone(false);
                setOpen(chosen ? null : { wish: one, at });
              }}
            >
              {verbOf(t, one)}
              {'…'}
            </button>
          );
        })}
      </div>
      {open !== null && !forgotten && (
        <ActionForm key={JSON.stringify(open.wish)} id={id} wish={open.wish} close={close} keep={setKept} />
      )}
      {gone && <p class="quiet">{t.wishGone}</p>}
    </>
  );
}
