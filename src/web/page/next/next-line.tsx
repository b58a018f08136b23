/** The coming slots of one chain. */
import type { NextLine } from '../../../control/views/next-types.js';
import { type Axis, shareOf } from '../date/axis.js';
import { useSpeech } from '../i18n/context.js';
import { Link } from '../parts/link.js';

export function NextLineRow({ line, axis, now }: { line: NextLine; axis: Axis; now: number }) {
  const { t, format } = useSpeech();
  const first = line.slots.find(({ starts }) => starts);
  const facts = [
    first === undefined ? null : t.firstSlot(format.when(first.scheduledFor, line.timezone, now)),
    line.slotsInAll > 1 ? t.slotsAhead(format.number(line.slotsInAll)) : null,
    line.usualMs === null ? null : t.usually(format.duration(line.usualMs)),
    line.deadline === null ? null : t.deadlineAt(line.deadline),
  ].filter((fact) => fact !== null);
  const paused = line.state === 'paused';
  return (
    <li>
      <span class="chart-name">
        <Link to={{ view: 'grid', chain: line.id }}>{line.id}</Link>
        <span class="quiet chart-sub">
          {paused ? (
            <>
              {line.pause === null ? t.schedule.paused : t.pausedBy(line.pause.by)}
              {line.pause !== null && line.pause.reason !== null && `${t.colon}${t.quote(line.pause.reason)}`}
              {line.pause !== null &&
                line.pause.until !== null &&
                `, ${t.untilWhen(format.when(line.pause.until, line.timezone, now))}`}
            </>
          ) : line.state === 'active' || line.state === 'unknown' ? (
            <span lang="en">{line.sentence}</span>
          ) : (
            t.schedule[line.state]
          )}
        </span>
      </span>
      <span
        class={`chart-track${paused ? ' is-paused' : ''}`}
        role="img"
        aria-label={`${t.slotsOf(line.id)}: ${facts.join(', ') || t.noNext}`}
      >
        {line.density === null
          ? line.slots.map((slot) => {
              const at = Date.parse(slot.scheduledFor);
              const left = shareOf(axis, at);
              const width = line.usualMs === null ? 0 : shareOf(axis, at + line.usualMs) - left;
              return (
                <span
                  key={slot.runKey}
                  class={slot.starts ? 'tick' : 'tick is-off'}
                  style={{ left: `${left * 100}%`, width: `max(3px, ${width * 100}%)` }}
                  title={[format.when(at, line.timezone, now), ...facts.slice(2)].join(', ')}
                />
              );
            })
          : density(line.density)}
      </span>
    </li>
  );
}

/** Too many slots to tell apart: how dense they are. */
function density(counts: readonly number[]) {
  const most = Math.max(...counts, 1);
  return counts.map((count, at) => (
    <span
      key={at}
      class="tick is-dense"
      style={{
        left: `${(at / counts.length) * 100}%`,
        width: `${100 / counts.length}%`,
        opacity: String(0.15 + (0.6 * count) / most),
      }}
    />
  ));
}
