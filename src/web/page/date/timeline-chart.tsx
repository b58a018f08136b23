/** When each task of a date waited, tried and paused: one line a task, one axis for all. */
import type { DateView, TimelineBar, TimelineSegment } from '../../../control/views/date-types.js';
import { isOpen, lookOf } from '../grid/look.js';
import { useSpeech } from '../i18n/context.js';
import { Glyph } from '../parts/glyph.js';
import { Link } from '../parts/link.js';
import { useNow } from '../shell/clock.js';
import { type Axis, axisOf, shareOf, zoneOffset } from './axis.js';
import type { RunRoute } from './date-panel.js';

const MOST_MARKS = 8;

export function TimelineChart({ view, route }: { view: DateView; route: RunRoute }) {
  const { t, format } = useSpeech();
  const open = isOpen(view.state) || view.timeline.bars.some(({ state }) => isOpen(state));
  const now = useNow(1_000, open);
  const from = Date.parse(view.timeline.from);
  const to = Math.max(Date.parse(view.timeline.to), open ? now : 0);
  const axis = axisOf(from, to, MOST_MARKS, zoneOffset(view.timezone, from));
  return (
    <div class="chart" role="group" aria-label={t.timelineOf(view.chain)}>
      <div class="chart-axis" aria-hidden="true">
        {axis.marks.map((mark) => (
          <span key={mark} style={{ left: percent(shareOf(axis, mark)) }}>
            {format.clock(mark, view.timezone, axis.step < 60_000)}
          </span>
        ))}
      </div>
      <ul class="chart-lines">
        {view.timeline.bars.map((bar) => (
          <li key={bar.task}>
            <Link to={{ ...route, task: bar.task }} replace current={bar.task === route.task} class="chart-name">
              <span class={`state ${lookOf(bar.state).style}`}>
                <Glyph name={lookOf(bar.state).glyph} />
                <span class="hidden">{t.state[bar.state]}</span>
              </span>
              <span>{bar.task}</span>
            </Link>
            <Track {...{ bar, axis, now }} />
          </li>
        ))}
      </ul>
      <div class="chart-marks" aria-hidden="true">
        {axis.marks.map((mark) => (
          <span key={mark} class="chart-line" style={{ left: percent(shareOf(axis, mark)) }} />
        ))}
        {view.scheduledFor !== null && <Mark axis={axis} at={view.scheduledFor} text={t.slot} />}
        {view.deadline !== null && Date.parse(view.deadline) <= axis.to && (
          <Mark axis={axis} at={view.deadline} text={t.deadline} grave />
        )}
      </div>
    </div>
  );
}

function Track({ bar, axis, now }: { bar: TimelineBar; axis: Axis; now: number }) {
  const { t, format } = useSpeech();
  const whole: TimelineSegment[] =
    bar.segments.length > 0 || bar.from === null
      ? bar.segments
      : [{ kind: 'attempt', from: bar.from, to: bar.to, attempt: null, failed: bar.state === 'failed', text: null }];
  if (whole.length === 0) return <span class="chart-track quiet">{isOpen(bar.state) ? t.notYetBegun : t.neverBegan}</span>;
  return (
    <span class="chart-track">
      {whole.map((segment) => {
        const from = Date.parse(segment.from);
        const to = segment.to === null ? now : Date.parse(segment.to);
        const [left, right] = [shareOf(axis, from), shareOf(axis, to)];
        const name = segmentName(segment, to - from);
        return (
          <span
            key={segment.from}
            class={`segment is-${segment.kind}${segment.failed === true ? ' is-failed' : segment.to === null ? ' is-open' : ''}`}
            style={{ left: percent(left), width: `max(2px, ${percent(right - left)})` }}
            title={name}
          >
            <span class="hidden">{name}; </span>
          </span>
        );
      })}
    </span>
  );

  function segmentName({ kind, attempt, failed, text }: TimelineSegment, ms: number): string {
    const word = kind === 'attempt' && attempt !== null ? t.attemptNumber(attempt) : t.segment[kind];
    const ended = failed === true ? ` ${t.state.failed}` : '';
    return `${word}${ended} ${format.duration(ms)}${text === null ? '' : `: ${text}`}`;
  }
}

function Mark({ axis, at, text, grave = false }: { axis: Axis; at: string; text: string; grave?: boolean }) {
  const share = shareOf(axis, Date.parse(at));
  return (
    <span class={`chart-mark${grave ? ' is-deadline' : ''}${share > 0.85 ? ' is-late' : ''}`} style={{ left: percent(share) }}>
      <span>{text}</span>
    </span>
  );
}

const percent = (share: number): string => `${Math.round(share * 10_000) / 100}%`;
