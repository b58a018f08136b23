/** Asks once, in place: what would be done, why, and the same as a command line. */
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { JsonObject } from '../../../plan/types.js';
import { lookAgain } from '../client/live.js';
import { type Problem, problemOf } from '../client/problem.js';
import { act } from '../client/request.js';
import { useSpeech } from '../i18n/context.js';
import { Command } from '../parts/command.js';
import { useAnnounce } from '../shell/announce.js';
import { BackfillPlan } from './backfill-plan.js';
import { ChainParamsFields, ParamsFields } from './params-fields.js';
import { useKeys } from './use-keys.js';
import { doneText, questionOf, verbOf } from './wish-words.js';
import { commandOf, isGrave, NOTHING_TYPED, partsOf, requestOf, type Typed, type Wish } from './wishes.js';
import { type ActionAnswer, withoutEffect } from './without-effect.js';
import { WishFields } from './wish-fields.js';

export interface ActionFormProps {
  id: string;
  wish: Wish;
  close: () => void;
  /** Told whether it waits for an answer or tells one, and so is not to be taken away. */
  keep: (wanted: boolean) => void;
}

export function ActionForm({ id, wish, close, keep }: ActionFormProps) {
  const { t } = useSpeech();
  const announce = useAnnounce();
  const form = useRef<HTMLFormElement>(null);
  const keys = useKeys();
  const [typed, setTyped] = useState<Typed>(NOTHING_TYPED);
  const [ready, setReady] = useState(true);
  const [sending, setSending] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [answer, setAnswer] = useState<ActionAnswer | null>(null);
  const nothing = answer === null ? null : withoutEffect(t, wish, answer);
  const parts = partsOf(wish);
  const telling = sending || problem !== null || nothing !== null;
  useLayoutEffect(() => {
    keep(telling);
    return () => keep(false);
  }, [telling]);
  // Before it is seen: what is typed then must not go to the page's keys.
  useLayoutEffect(() => form.current?.querySelector<HTMLElement>('input, select, textarea, button')?.focus(), []);

  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (sending || !ready) return;
    setSending(true);
    setProblem(null);
    setAnswer(null);
    const request = requestOf(wish, typed);
    try {
      const told = await act<ActionAnswer>(request.method, request.path, request.body, keys.of(request));
      keys.answered(request);
      const why = withoutEffect(t, wish, told);
      announce(why ?? doneText(t, wish));
      if (why === null) close();
      else {
        setAnswer(told);
        setSending(false);
      }
      lookAgain();
    } catch (error) {
      const met = problemOf(error);
      if (!met.uncertain) keys.answered(request);
      setProblem(met);
      setSending(false);
    }
  };
  const takeParams = (params: JsonObject, fine: boolean): void => {
    setTyped((before) => ({ ...before, params }));
    setReady(fine);
  };
  const press = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape') return;
    event.preventDefault();
    event.stopPropagation();
    close();
  };

  return (
    <form
      id={id}
      class="ask"
      ref={form}
      onSubmit={(event) => void send(event)}
      onKeyDown={press}
      aria-label={questionOf(t, wish)}
    >
      <p class="ask-question">{questionOf(t, wish)}</p>
      <div class="ask-fields">
        <WishFields
          {...{ wish, parts, typed }}
          change={(more) => setTyped((before) => ({ ...before, ...more }))}
          faults={problem?.faults ?? []}
        />
        {wish.verb === 'run' && wish.kind === 'task' && (
          <ParamsFields task={wish.id} faults={problem?.faults ?? []} change={takeParams} />
        )}
        {wish.verb === 'run' && wish.kind === 'chain' && (
          <ChainParamsFields chain={wish.id} faults={problem?.faults ?? []} change={takeParams} />
        )}
      </div>
      {wish.verb === 'backfill' && <BackfillPlan wish={wish} typed={typed} />}
      <div class="ask-same">
        <span class="quiet">{t.sameInTerminal}</span>
        <Command text={commandOf(wish, typed)} />
      </div>
      {nothing !== null && <p class="ask-problem">{nothing}</p>}
      {problem !== null && (
        <p class="bad ask-problem" role="alert">
          {problem.uncertain ? t.noAnswer : t.refused} <span lang="en">{problem.message}</span>
        </p>
      )}
      <div class="ask-buttons">
        <button type="submit" class={isGrave(wish) ? 'act grave' : 'act'} aria-disabled={sending || !ready}>
          {sending ? t.sending : verbOf(t, wish)}
        </button>
        <button type="button" class="verb" onClick={close}>
          {t.dontDoIt}
        </button>
      </div>
    </form>
  );
}
