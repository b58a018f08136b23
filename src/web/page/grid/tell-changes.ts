/** Tells a screen reader what has changed in the grid since the last look: chains always, tasks where they failed. */
import { useEffect, useRef } from 'preact/hooks';
import type { CellState } from '../../../control/views/cell.js';
import type { GridView } from '../../../control/views/grid-types.js';
import { useSpeech } from '../i18n/context.js';
import { dateIn } from '../i18n/formats.js';
import { useAnnounce } from '../shell/announce.js';

/** More than this at once is news nobody can follow. */
const MOST_TOLD = 3;

export interface Change {
  id: string;
  date: string;
  timezone: string;
  state: CellState;
}

export function useChangesTold(view: GridView | null): void {
  const { t, format } = useSpeech();
  const announce = useAnnounce();
  const before = useRef<GridView | null>(null);
  useEffect(() => {
    const changes = before.current === null || view === null ? [] : changesBetween(before.current, view);
    before.current = view ?? before.current;
    if (changes.length === 0) return;
    const now = Date.now();
    const told = changes
      .slice(0, MOST_TOLD)
      .map(({ id, date, timezone, state }) => `${id} ${format.date(date, dateIn(now, timezone))} ${t.state[state]}`);
    announce(t.changed(told.join('; ')));
  }, [view]);
}

export function changesBetween(before: GridView, after: GridView): Change[] {
  return after.chains.flatMap((chain) => {
    const old = before.chains.find(({ id }) => id === chain.id);
    if (old === undefined) return [];
    const columns = new Map(old.columns.map(({ key }, at) => [key, at]));
    return chain.rows.flatMap((row, line) => {
      const cells = old.rows.find(({ id, kind }) => id === row.id && kind === row.kind)?.cells;
      return row.cells.flatMap(({ state }, at) => {
        const column = chain.columns[at];
        const was = column === undefined ? undefined : cells?.[columns.get(column.key) ?? -1]?.state;
        if (column === undefined || was === undefined || was === state) return [];
        return line === 0 || state === 'failed' ? [{ id: row.id, date: column.date, timezone: chain.timezone, state }] : [];
      });
    });
  });
}
