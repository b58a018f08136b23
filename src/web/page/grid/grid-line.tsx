/** One row of a grid: the chain itself, or one of its tasks. */
import type { GridCell, GridChain, GridColumn, GridRow } from '../../../control/views/grid-types.js';
import { useSpeech } from '../i18n/context.js';
import { dateIn } from '../i18n/formats.js';
import { Glyph } from '../parts/glyph.js';
import { Link } from '../parts/link.js';
import { type Route, runParts } from '../route.js';
import { cellName } from './cell-name.js';
import { fillOf, lookOf } from './look.js';

export interface GridLineProps {
  chain: GridChain;
  row: GridRow;
  at: number;
  openAt: number;
  openTask: string | null;
  /** Column in which Tab stops; -1 for none. */
  stop: number;
  walkTo: (column: number) => void;
  now: number;
}

export function GridLine({ chain, row, at, openAt, openTask, stop, walkTo, now }: GridLineProps) {
  const speech = useSpeech();
  const { t, format } = speech;
  const itself = row.kind === 'chain' || chain.kind === 'task';
  const today = dateIn(now, chain.timezone);
  return (
    <tr class={itself ? 'grid-itself' : undefined}>
      <th scope="row" class="grid-name" title={row.summary ?? undefined}>
        <span class={row.inFiles ? undefined : 'quiet'} title={row.inFiles ? undefined : t.goneTask}>
          {row.kind === 'chain' ? t.theChain : itself ? t.theTask : row.id}
        </span>
      </th>
      {chain.columns.map((column, index) => {
        const cell = row.cells[index] ?? { state: 'none' as const };
        const name = cellName(speech, { row, cell, column, today, timezone: chain.timezone, now });
        const chosen = index === openAt && openTask === row.id;
        return (
          <td key={column.key} role="gridcell" aria-selected={chosen} class={index === openAt ? 'is-open' : undefined}>
            <CellLink
              to={routeOf(chain, row, column, cell)}
              {...{ cell, name, chosen }}
              fill={cell.state === 'running' ? fillOf(cell.started, row.usualMs, now) : null}
              place={`${at},${index}`}
              stops={index === stop}
              walk={() => walkTo(index)}
            />
          </td>
        );
      })}
      <td class="grid-usual">{row.usualMs === null ? '' : format.duration(row.usualMs)}</td>
    </tr>
  );
}

interface CellLinkProps {
  to: Route;
  cell: GridCell;
  name: string;
  chosen: boolean;
  fill: number | null;
  place: string;
  stops: boolean;
  walk: () => void;
}

function CellLink({ to, cell, name, chosen, fill, place, stops, walk }: CellLinkProps) {
  const { glyph, style } = lookOf(cell.state);
  return (
    <Link
      to={to}
      class={`cell ${style}${chosen ? ' is-chosen' : ''}`}
      label={name}
      hint={name}
      tabIndex={stops ? 0 : -1}
      data-cell={place}
      onFocus={walk}
    >
      {fill !== null && <span class="cell-fill" style={{ height: `${Math.round(fill * 100)}%` }} />}
      <Glyph name={glyph} />
    </Link>
  );
}

/** A task's cell opens its chain's date with the task chosen. */
function routeOf(chain: GridChain, row: GridRow, column: GridColumn, cell: GridCell): Route {
  // A folded column stands for the slot its cell shows.
  const runKey = column.slots > 1 && cell.run !== undefined ? runParts(cell.run).runKey : column.key;
  const task = row.kind === 'task' && chain.kind === 'chain' ? row.id : null;
  return { view: 'run', run: `${chain.id}:${runKey}`, task, tab: 'graph' };
}
