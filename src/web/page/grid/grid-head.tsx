/** The head of a grid: months (or days, for single slots) over the days (or times), and the way to earlier ones. */
import type { GridChain, GridColumn } from '../../../control/views/grid-types.js';
import { useSpeech } from '../i18n/context.js';
import { dateIn } from '../i18n/formats.js';
import { timesShown } from './grid.js';
import { monthsOf } from './months.js';

export interface GridHeadProps {
  chain: GridChain;
  openAt: number;
  now: number;
  older: (() => void) | null;
  newer: (() => void) | null;
}

export function GridHead({ chain, openAt, now, older, newer }: GridHeadProps) {
  const { t, format } = useSpeech();
  const { columns, timezone } = chain;
  const times = timesShown(chain);
  const today = dateIn(now, timezone);
  const spans = times ? daysOf(columns) : monthsOf(columns);
  return (
    <thead>
      <tr>
        <td class="grid-name">
          <span class="grid-pages">
            {older !== null && (
              <button type="button" class="verb" title={t.olderHint} onClick={older}>
                <span aria-hidden="true">{'‹ '}</span>
                {t.older}
              </button>
            )}
            {newer !== null && (
              <button type="button" class="verb" title={t.newerHint} onClick={newer}>
                {t.newer}
                <span aria-hidden="true">{' ›'}</span>
              </button>
            )}
          </span>
        </td>
        {spans.map(({ date, columns: wide }) => (
          <th key={date} scope="colgroup" colSpan={wide} class="grid-month">
            <span>{times ? format.date(date, today) : wide > 1 ? format.month(date) : ''}</span>
          </th>
        ))}
        <td />
      </tr>
      <tr>
        <td class="grid-name" />
        {columns.map((column, at) => (
          <th
            key={column.key}
            scope="col"
            class={headClass(column, at === openAt, today)}
            title={format.longDate(column.date)}
            aria-label={columnName(column)}
          >
            {times && column.scheduledFor !== null ? format.clock(column.scheduledFor, timezone) : Number(column.date.slice(6))}
          </th>
        ))}
        <th scope="col" class="grid-usual" title={t.usualHint}>
          {t.usual}
        </th>
      </tr>
    </thead>
  );

  function columnName({ date, scheduledFor, slots }: GridColumn): string {
    const time = times && scheduledFor !== null ? ` ${format.clock(scheduledFor, timezone)}` : '';
    return `${format.date(date, today)}${time}${slots > 1 ? `, ${t.slotsInColumn(slots)}` : ''}`;
  }
}

function headClass({ date }: GridColumn, open: boolean, today: string): string {
  return ['grid-day', date === today && 'is-today', open && 'is-open', isWeekend(date) && 'is-weekend'].filter(Boolean).join(' ');
}

function daysOf(columns: readonly GridColumn[]): { date: string; columns: number }[] {
  const spans: { date: string; columns: number }[] = [];
  for (const { date } of columns) {
    const last = spans.at(-1);
    if (last?.date === date) last.columns++;
    else spans.push({ date, columns: 1 });
  }
  return spans;
}

function isWeekend(date: string): boolean {
  const day = new Date(Date.UTC(Number(date.slice(0, 4)), Number(date.slice(4, 6)) - 1, Number(date.slice(6, 8)))).getUTCDay();
  return day === 0 || day === 6;
}
