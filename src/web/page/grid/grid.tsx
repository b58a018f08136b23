/** Dates × tasks as an ARIA grid: one stop for Tab, arrows within, Enter opens. Each cell is a link. */
import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { GridChain, GridColumn } from '../../../control/views/grid-types.js';
import { useSpeech } from '../i18n/context.js';
import { runParts } from '../route.js';
import { useNow } from '../shell/clock.js';
import { fits } from '../shell/fits.js';
import { GridHead } from './grid-head.js';
import { GridLine } from './grid-line.js';
import type { GridRoute } from './grid-screen.js';
import { isOpen } from './look.js';
import { type Place, placeAfter } from './walk-keys.js';

export interface GridProps {
  chain: GridChain;
  /** The page asked for is on its way: this one is the page before. */
  waiting: boolean;
  open: Extract<GridRoute, { view: 'run' }> | null;
  text: string;
  older: (() => void) | null;
  newer: (() => void) | null;
}

export function Grid({ chain, waiting, open, text, older, newer }: GridProps) {
  const { t } = useSpeech();
  const table = useRef<HTMLTableElement>(null);
  const rows = useMemo(
    () => chain.rows.filter((row, at) => at === 0 || fitsRow(text, chain, row.id, row.summary)),
    [chain, text],
  );
  const columns = chain.columns;
  const openAt = open === null ? -1 : columnOf(columns, runParts(open.run).runKey);
  const [walked, setWalked] = useState<Place | null>(null);
  const place = within(walked ?? { row: 0, column: openAt >= 0 ? openAt : newestDue(chain) }, rows.length, columns.length);
  const moving = rows.some(({ cells }) => cells.some(({ state }) => isOpen(state)));
  const now = useNow(1_000, moving);

  // Where there is no room for all dates, the newest are what one came for.
  const lastColumn = columns.at(-1)?.key;
  useLayoutEffect(() => {
    const frame = table.current?.parentElement;
    const seen = table.current?.querySelectorAll<HTMLElement>('.grid-day')[openAt >= 0 ? openAt : columns.length - 1];
    if (frame && seen) frame.scrollLeft = seen.offsetLeft + seen.offsetWidth - frame.clientWidth + 8;
  }, [lastColumn]);

  const press = (event: KeyboardEvent): void => {
    const to = placeAfter(event.key, place, rows.length, columns.length, event.ctrlKey);
    if (to === null || event.metaKey || event.altKey || !(event.target as HTMLElement).dataset['cell']) return;
    event.preventDefault();
    setWalked(to);
    table.current?.querySelector<HTMLElement>(`[data-cell="${to.row},${to.column}"]`)?.focus();
  };

  return (
    <div class={waiting ? 'grid-frame old' : 'grid-frame'}>
      <table
        ref={table}
        role="grid"
        aria-label={t.gridOf(chain.id)}
        aria-busy={waiting}
        class={timesShown(chain) ? 'grid by-time' : 'grid'}
        onKeyDown={press}
      >
        <GridHead chain={chain} openAt={openAt} now={now} older={older} newer={newer} />
        <tbody>
          {rows.map((row, at) => (
            <GridLine
              key={row.id}
              {...{ chain, row, at, openAt, now }}
              openTask={open === null ? null : (open.task ?? runParts(open.run).id)}
              stop={place.row === at ? place.column : -1}
              walkTo={(column) => setWalked({ row: at, column })}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Single slots within days are told by their time of day. */
export function timesShown({ keyedBy, columns }: Pick<GridChain, 'keyedBy' | 'columns'>): boolean {
  return keyedBy === 'slot' && columns.some(({ scheduledFor }) => scheduledFor !== null);
}

function fitsRow(text: string, chain: GridChain, id: string, summary: string | null): boolean {
  const looked = text.trim();
  return looked === '' || fits(looked, chain.id, chain.summary ?? '') || fits(looked, id, summary ?? '') || /^\d/.test(looked);
}

function columnOf(columns: readonly GridColumn[], runKey: string): number {
  const exact = columns.findIndex(({ key }) => key === runKey);
  return exact >= 0 ? exact : columns.findIndex(({ key }) => key === runKey.slice(0, 8));
}

/** Where one begins to walk: the last column in which something is. */
function newestDue({ columns, rows }: GridChain): number {
  for (let at = columns.length - 1; at >= 0; at--) {
    const state = rows[0]?.cells[at]?.state;
    if (state !== undefined && state !== 'none' && state !== 'not_due') return at;
  }
  return columns.length - 1;
}

function within({ row, column }: Place, rows: number, columns: number): Place {
  return { row: Math.min(row, Math.max(rows - 1, 0)), column: Math.min(Math.max(column, 0), Math.max(columns - 1, 0)) };
}
