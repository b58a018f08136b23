/** One backfill: what was asked, how far it is, and how it went. */
import type { BackfillLine } from '../../../control/views/backfills-types.js';
import { Actions } from '../actions/actions.js';
import type { Wish } from '../actions/wishes.js';
import { useSpeech } from '../i18n/context.js';
import { dateIn } from '../i18n/formats.js';
import { Command } from '../parts/command.js';
import { Link } from '../parts/link.js';
import { StateWord } from '../parts/state-word.js';
import { useNow } from '../shell/clock.js';
import { backfillState, endedRuns } from './backfill-state.js';

export function BackfillItem({ backfill, whole }: { backfill: BackfillLine; whole: boolean }) {
  const { t, format } = useSpeech();
  const now = useNow(30_000);
  const { request, total, end, workflowId } = backfill;
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const date = (text: string): string => format.date(text, dateIn(now, zone));
  const ended = endedRuns(backfill);
  const counts = [
    backfill.done > 0 ? t.doneCount(format.number(backfill.done)) : null,
    backfill.already > 0 ? t.alreadyCount(format.number(backfill.already)) : null,
    backfill.working !== null && backfill.working > 0 ? t.working(format.number(backfill.working)) : null,
    backfill.waiting !== null && backfill.waiting > 0 ? t.queued(format.number(backfill.waiting)) : null,
    backfill.cancelled > 0 ? t.cancelledCount(format.number(backfill.cancelled)) : null,
  ].filter((text) => text !== null);
  return (
    <li class="backfill">
      <div class="backfill-head">
        <h2>
          <Link to={{ view: 'backfill', id: workflowId }}>{request?.id ?? workflowId}</Link>
        </h2>
        <p class="facts">
          <StateWord state={backfillState(backfill)} />
          <span>{request === null ? t.byHandStarted : t.fromTo(date(request.from), date(request.to))}</span>
          <span class="quiet">{format.when(backfill.started, zone, now)}</span>
          {request !== null && <span class="quiet">{t.by(request.by)}</span>}
          {request !== null && end === null && <span class="quiet">{t.concurrencyOf(format.number(request.concurrency))}</span>}
        </p>
      </div>
      <div class="progress">
        <div
          class="progress-bar"
          role="progressbar"
          aria-label={request?.id ?? workflowId}
          aria-valuemin={0}
          aria-valuemax={total}
          aria-valuenow={ended}
          aria-valuetext={t.ofRuns(format.number(ended), format.number(total))}
        >
          <span class="is-done" style={{ width: share(backfill.done + backfill.already, total) }} />
          <span class="is-bad" style={{ width: share(backfill.failed, total) }} />
          <span class="is-cancelled" style={{ width: share(backfill.cancelled, total) }} />
        </div>
        <p class="facts">
          <span>{t.ofRuns(format.number(ended), format.number(total))}</span>
          {backfill.failed > 0 && <span class="bad">{t.failedCount(format.number(backfill.failed))}</span>}
          {counts.length > 0 && <span class="quiet">{counts.join(' · ')}</span>}
          {end === null && backfill.timeLeftMs !== null && <span>{t.timeLeft(format.duration(backfill.timeLeftMs))}</span>}
          {end === null && backfill.perMinute !== null && (
            <span class="quiet">{t.perMinute(format.number(Math.round(backfill.perMinute * 10) / 10))}</span>
          )}
          {backfill.held !== null && <span>{t.heldBy(backfill.held.by)}</span>}
        </p>
      </div>
      {request !== null && request.reason !== null && <p>{t.quote(request.reason)}</p>}
      {backfill.endReason !== null && (
        <p class="quiet" lang="en">
          {backfill.endReason}
        </p>
      )}
      {backfill.failures.length > 0 && (whole || end !== null) && (
        <ul class="failures" aria-label={t.failures}>
          {backfill.failures.map(({ run, message }) => (
            <li key={run}>
              <Link to={{ view: 'run', run, task: null, tab: 'graph' }}>{run}</Link>
              <span class="quiet" lang="en">
                {message.split('\n')[0]}
              </span>
            </li>
          ))}
        </ul>
      )}
      {backfill.command !== null && <Command text={backfill.command} />}
      {end === null && <Actions key={workflowId} label={`${t.actions}, ${workflowId}`} wishes={wishesOf(backfill)} />}
    </li>
  );
}

function wishesOf({ workflowId, held }: BackfillLine): Wish[] {
  return [
    { verb: held === null ? 'holdBackfill' : 'releaseBackfill', backfill: workflowId },
    { verb: 'cancelBackfill', backfill: workflowId },
  ];
}

const share = (part: number, all: number): string => `${all === 0 ? 0 : (part / all) * 100}%`;
