/** How a chain's date stands, in one line, and what can be done with it. */
import type { DateView } from '../../../control/views/date-types.js';
import { Actions } from '../actions/actions.js';
import { isDone, isOpen } from '../grid/look.js';
import { useSpeech } from '../i18n/context.js';
import { StateWord } from '../parts/state-word.js';
import { Why } from '../run/why.js';
import { useNow } from '../shell/clock.js';
import type { Wish } from '../actions/wishes.js';

/** @param brief a task is chosen, and says itself why it stands as it does */
export function DateHead({ date, brief }: { date: DateView; brief: boolean }) {
  const { t, format } = useSpeech();
  const open = isOpen(date.state);
  const now = useNow(1_000, open);
  const started = date.started === null ? null : Date.parse(date.started);
  const took = started === null ? null : (date.finished === null ? now : Date.parse(date.finished)) - started;
  const usual = date.usualMs === null ? null : format.duration(date.usualMs);
  return (
    <div class="date-head">
      <p class="facts">
        <StateWord state={date.state} kind={date.kind} />
        {took !== null && <span>{usual === null ? format.duration(took) : t.ofUsual(format.duration(took), usual)}</span>}
        {date.started !== null && (
          <span>
            {t.started} {format.when(date.started, date.timezone, now)}
          </span>
        )}
        {date.deadline !== null && <span>{t.deadlineAt(format.when(date.deadline, date.timezone, now))}</span>}
        <span class="quiet">{date.timezone}</span>
      </p>
      <Actions
        key={`${date.chain} ${date.runKey}`}
        label={`${t.actions}, ${date.chain} ${date.runKey}`}
        wishes={wishesOf(date)}
      />
      {!brief && date.state !== 'success' && <Why task={date.chain} runKey={date.runKey} />}
      {date.planNote !== null && (
        <p class="quiet" lang="en">
          {date.planNote}
        </p>
      )}
      {date.planFrom === 'files' && date.run === null && <p class="quiet">{t.planFromFiles}</p>}
      {date.incomplete !== null && (
        <p class="quiet" lang="en">
          {date.incomplete}
        </p>
      )}
    </div>
  );
}

function wishesOf({ chain, runKey, date, state, run, held }: DateView): Wish[] {
  const name = `${chain}:${runKey}`;
  if (isOpen(state)) {
    return [
      held === null ? { verb: 'hold', id: chain, runKey, chain: null } : { verb: 'release', id: chain, runKey, chain: null },
      { verb: 'cancel', run: name },
    ];
  }
  if (run === null) {
    return [
      { verb: 'run', id: chain, kind: 'chain', runKey: runKey.length === 8 ? date : runKey },
      { verb: 'hold', id: chain, runKey, chain: null },
    ];
  }
  return [{ verb: 'rerun', run: name, task: null, done: isDone(state) }];
}
