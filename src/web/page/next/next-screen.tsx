/** What is next: one line per chain over the coming day or week, slots as ticks, usual durations as bars. */
import type { NextBackfill, NextOneShot, NextView } from '../../../control/views/next-types.js';
import { nextPath } from '../client/paths.js';
import { useView } from '../client/use-view.js';
import { type Axis, axisOf, shareOf, zoneOffset } from '../date/axis.js';
import { useSpeech } from '../i18n/context.js';
import { Command } from '../parts/command.js';
import { Link } from '../parts/link.js';
import { Failure, Loading } from '../parts/loading.js';
import type { Range } from '../route.js';
import { useNow } from '../shell/clock.js';
import { NextLineRow } from './next-line.js';

const HOURS: Record<Range, number> = { day: 24, week: 168 };
const RANGES: readonly Range[] = ['day', 'week'];

export function NextScreen({ range }: { range: Range }) {
  const { t, format } = useSpeech();
  const { data, problem } = useView<NextView>(nextPath(HOURS[range]));
  const now = useNow(30_000);
  return (
    <section class="next" aria-labelledby="next-title">
      <header class="screen-head">
        <h1 id="next-title">{t.nextTitle}</h1>
        {data !== null && <span class="quiet">{data.timezone}</span>}
        <nav class="tabs" aria-label={t.range}>
          {RANGES.map((one) => (
            <Link key={one} to={{ view: 'next', range: one }} replace current={range === one}>
              {t[one]}
            </Link>
          ))}
        </nav>
      </header>
      {data === null && (problem === null || problem.away ? <Loading quiet={problem !== null} /> : <Failure problem={problem} />)}
      {data !== null && data.lines.length === 0 && (
        <div class="empty">
          <p>{t.nothingNext}</p>
          <p class="quiet">{t.nothingNextHint}</p>
          <Command text="daychain run CHAIN" />
        </div>
      )}
      {data !== null && data.lines.length > 0 && <Lines view={data} now={now} />}
      {data !== null && data.oneShots.length > 0 && <OneShots view={data} now={now} />}
      {data !== null && data.backfills.length > 0 && (
        <section aria-label={t.backfills}>
          <h2>{t.backfills}</h2>
          <ul class="rows">
            {data.backfills.map((backfill) => (
              <li key={backfill.workflowId}>
                <Link to={{ view: 'backfill', id: backfill.workflowId }}>{backfill.id}</Link>
                <BackfillText {...{ backfill }} when={(at) => format.when(at, data.timezone, now)} />
              </li>
            ))}
          </ul>
        </section>
      )}
    </section>
  );
}

function Lines({ view, now }: { view: NextView; now: number }) {
  const { t, format } = useSpeech();
  const from = Date.parse(view.from);
  const to = Date.parse(view.to);
  const long = to - from > 48 * 3_600_000;
  const axis = axisOf(from, to, long ? 8 : 12, zoneOffset(view.timezone, from));
  return (
    <div class="chart next-chart">
      <div class="chart-axis" aria-hidden="true">
        {axis.marks.map((mark) => (
          <span key={mark} style={{ left: `${shareOf(axis, mark) * 100}%` }}>
            {long ? format.dayShort(mark, view.timezone) : format.clock(mark, view.timezone)}
          </span>
        ))}
      </div>
      <ul class="chart-lines">
        {view.lines.map((line) => (
          <NextLineRow key={line.id} {...{ line, axis, now }} />
        ))}
      </ul>
      <div class="chart-marks">
        {axis.marks.map((mark) => (
          <span key={mark} class="chart-line" style={{ left: `${shareOf(axis, mark) * 100}%` }} />
        ))}
        {view.clockChanges.map(({ timezone, at, text }) => (
          <ClockChange key={`${timezone} ${at}`} {...{ axis, at, text }} name={`${t.clockChange}${t.colon}${text}`} />
        ))}
      </div>
    </div>
  );
}

function ClockChange({ axis, at, text, name }: { axis: Axis; at: string; text: string; name: string }) {
  const share = shareOf(axis, Date.parse(at));
  return (
    <span class={`chart-mark is-clock${share > 0.7 ? ' is-late' : ''}`} style={{ left: `${share * 100}%` }} title={name}>
      <span lang="en">{text}</span>
    </span>
  );
}

function OneShots({ view, now }: { view: NextView; now: number }) {
  const { t, format } = useSpeech();
  return (
    <section aria-label={t.oneShots}>
      <h2>{t.oneShots}</h2>
      <ul class="rows">
        {view.oneShots.map((shot) => (
          <li key={shot.id}>
            <OneShotText shot={shot} when={format.when(shot.at, shot.timezone, now)} />
          </li>
        ))}
      </ul>
      {view.oneShotsInAll > view.oneShots.length && (
        <p class="quiet">{t.moreOneShots(format.number(view.oneShots.length), format.number(view.oneShotsInAll))}</p>
      )}
    </section>
  );
}

function OneShotText({ shot, when }: { shot: NextOneShot; when: string }) {
  const { t } = useSpeech();
  return (
    <>
      <Link to={{ view: 'run', run: shot.run, task: null, tab: 'graph' }}>{shot.target}</Link>
      <span>{when}</span>
      {shot.state === 'held' && <span>{t.heldWord}</span>}
      <span class="quiet">
        {shot.id} {t.by(shot.by)}
        {shot.reason !== null && `${t.colon}${t.quote(shot.reason)}`}
      </span>
    </>
  );
}

function BackfillText({ backfill, when }: { backfill: NextBackfill; when: (at: string) => string }) {
  const { t, format } = useSpeech();
  const { left, total, held, endsAbout } = backfill;
  return (
    <>
      {left !== null && <span>{t.ofRuns(format.number(total - left), format.number(total))}</span>}
      {held && <span>{t.heldWord}</span>}
      {endsAbout !== null && <span class="quiet">{t.endsAbout(when(endsAbout))}</span>}
    </>
  );
}
