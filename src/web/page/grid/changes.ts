/** What is news between two looks at the grid: chains always, tasks where they failed. */
import type { CellState } from '../../../control/views/cell.js';
import type { GridView } from '../../../control/views/grid-types.js';

export interface Change {
  id: string;
  date: string;
  timezone: string;
  state: CellState;
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
