/** Says that the server is away, and how old is what is still shown. */
import { useCondition } from '../client/use-view.js';
import { useSpeech } from '../i18n/context.js';
import { Command } from '../parts/command.js';
import { useNow } from './clock.js';

export function ConditionBar() {
  const { t, format } = useSpeech();
  const { problem, readAt } = useCondition();
  const now = useNow(1_000, problem !== null);
  if (problem === null || !problem.away) return null;
  const age = readAt === 0 ? t.awayNothing : t.awaySince(format.duration(Math.max(0, now - readAt)));
  return (
    <section class="condition">
      {/* A screen reader says an alert again whenever it changes: the age, which ticks, is none of it. */}
      <div role="alert">
        <p>
          <strong>{problem.status === 0 ? t.away : t.awayTemporal}</strong>
        </p>
        {problem.status !== 0 && (
          <p class="quiet" lang="en">
            {problem.message}
          </p>
        )}
      </div>
      <p>{age}</p>
      <p class="condition-next">
        <span class="quiet">{t.awayNext}</span> <Command text={problem.status === 0 ? 'daychain up' : 'daychain doctor'} />
      </p>
    </section>
  );
}
