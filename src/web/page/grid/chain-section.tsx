/** One chain: what it is and when, its grid, and the opened date beneath. */
import { useState } from 'preact/hooks';
import type { GridChain, GridView } from '../../../control/views/grid-types.js';
import { gridPath } from '../client/paths.js';
import { useView } from '../client/use-view.js';
import { DatePanel } from '../date/date-panel.js';
import { runParts } from '../route.js';
import { ChainHead } from './chain-head.js';
import { Grid } from './grid.js';
import type { GridRoute } from './grid-screen.js';

export interface ChainSectionProps {
  chain: GridChain;
  open: Extract<GridRoute, { view: 'run' }> | null;
  /** What is looked for: rows that fit. */
  text: string;
}

export function ChainSection({ chain, open, text }: ChainSectionProps) {
  // Pages into the past, newest first; the first is the one that moves with time.
  const [pages, setPages] = useState<string[]>(() => pageOf(chain, open?.run ?? null));
  const until = pages.at(-1) ?? null;
  const before = useView<GridView>(until === null ? null : gridPath(until, chain.id));
  const shown = until === null ? chain : (before.data?.chains[0] ?? null);
  return (
    <section class="chain" aria-labelledby={`chain-${chain.id}`}>
      <ChainHead chain={chain} />
      <Grid
        chain={shown ?? chain}
        waiting={shown === null}
        open={open}
        text={text}
        older={(shown?.older ?? null) === null ? null : () => setPages([...pages, shown?.older ?? ''])}
        newer={until === null ? null : () => setPages(pages.slice(0, -1))}
      />
      {open !== null && <DatePanel key={open.run} route={open} chain={chain} />}
    </section>
  );
}

/** A link to a date before the newest page opens the page that ends there. */
function pageOf(chain: GridChain, run: string | null): string[] {
  const date = run === null ? '' : runParts(run).runKey.slice(0, 8);
  const first = chain.columns[0]?.date;
  return /^\d{8}$/.test(date) && first !== undefined && date < first && chain.older !== null ? [date] : [];
}
