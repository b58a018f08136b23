/** What a backfill would run, before it does: asked of the server as a plan only. */
import { useState } from 'preact/hooks';
import { type Problem, problemOf } from '../client/problem.js';
import { act } from '../client/request.js';
import { useSpeech } from '../i18n/context.js';
import { useAnnounce } from '../shell/announce.js';
import { newKey } from './use-keys.js';
import { requestOf, type Typed, type Wish } from './wishes.js';

interface Plan {
  dates: number;
  counts: { missing: number; failed: number; running: number; done: number };
  runs: unknown[];
  /** How long it takes at the usual pace, milliseconds; null if unknown. */
  estimate: number | null;
}

export function BackfillPlan({ wish, typed }: { wish: Wish; typed: Typed }) {
  const { t, format } = useSpeech();
  const announce = useAnnounce();
  const [plan, setPlan] = useState<Plan | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const ask = async (): Promise<void> => {
    const { method, path, body } = requestOf(wish, typed);
    try {
      // Another key than the action's: a plan has no effect that could happen twice.
      const answer = await act<{ plan: Plan }>(method, path, { ...body, dryRun: true }, newKey());
      setProblem(null);
      setPlan(answer.plan);
      announce(planText(answer.plan));
    } catch (error) {
      setPlan(null);
      setProblem(problemOf(error));
    }
  };
  return (
    <p class="ask-same">
      <button type="button" class="verb" disabled={typed.from === '' || typed.to === ''} onClick={() => void ask()}>
        {t.planFirst}
      </button>
      {plan !== null && <span>{planText(plan)}</span>}
      {problem !== null && (
        <span class="bad" lang="en">
          {problem.message}
        </span>
      )}
    </p>
  );

  function planText({ dates, counts, runs, estimate }: Plan): string {
    const { done, failed, missing, running } = counts;
    const parts = [t.doneCount, t.failedCount, t.missingCount, t.working];
    const told = [done, failed, missing, running].flatMap((count, at) => (count > 0 ? [parts[at]?.(format.number(count))] : []));
    const time = estimate === null ? '' : `, ${t.aboutTime(format.duration(estimate))}`;
    return `${t.datesCount(dates)}${t.colon}${told.join(', ')} → ${t.runsCount(runs.length)}${time}`;
  }
}
