/** What a cell says in words: to a screen reader, and to whoever points at it. */
import type { CellState } from '../../../control/views/cell.js';
import type { GridCell, GridColumn, GridRow } from '../../../control/views/grid-types.js';
import type { Speech } from '../i18n/context.js';

export interface NamedCell {
  row: Pick<GridRow, 'id' | 'usualMs'>;
  cell: GridCell;
  column: GridColumn;
  today: string;
  timezone: string;
  /** Epoch milliseconds. */
  now: number;
}

/** `task_rag_indexing 18 November: failed, 4 attempts, in 15 min, connect ECONNREFUSED …`. */
export function cellName({ t, format }: Speech, { row, cell, column, today, timezone, now }: NamedCell): string {
  const time = column.scheduledFor !== null && column.key.length > 8 ? ` ${format.clock(column.scheduledFor, timezone)}` : '';
  const parts = [stateText()];
  if (cell.attempts !== undefined) parts.push(t.attemptsTaken(cell.attempts));
  if (cell.durationMs !== undefined) parts.push(t.inTime(format.duration(cell.durationMs)));
  else if (cell.state === 'running' && cell.started) parts.push(format.duration(Math.max(0, now - Date.parse(cell.started))));
  if (row.usualMs !== null && (cell.durationMs !== undefined || cell.state === 'running')) {
    parts.push(t.usually(format.duration(row.usualMs)));
  }
  if (cell.satisfied) parts.push(t.doneElsewhere);
  if (cell.counts !== undefined) parts.push(countsText(cell.counts));
  if (cell.reason !== undefined) parts.push(cell.reason);
  return `${row.id} ${format.date(column.date, today)}${time}${t.colon}${parts.join(', ')}`;

  function stateText(): string {
    const word = t.state[cell.state];
    if (cell.kind !== undefined && cell.kind !== 'error') return `${word} (${t.kind[cell.kind]})`;
    if (cell.phase !== undefined && cell.state === 'waiting') return `${word} ${t.phase[cell.phase]}`;
    return word;
  }

  function countsText(counts: Partial<Record<CellState, number>>): string {
    return (Object.entries(counts) as [CellState, number][])
      .map(([state, count]) => `${format.number(count)} ${t.state[state]}`)
      .join(', ');
  }
}
