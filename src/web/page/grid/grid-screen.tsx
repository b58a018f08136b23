/** The home: every chain's grid, one under the other; the opened date stands under its own. */
import type { GridChain, GridView } from '../../../control/views/grid-types.js';
import { gridPath } from '../client/paths.js';
import { useView } from '../client/use-view.js';
import { DatePanel } from '../date/date-panel.js';
import { useSpeech } from '../i18n/context.js';
import { Command } from '../parts/command.js';
import { Failure, Loading } from '../parts/loading.js';
import { type Route, runParts } from '../route.js';
import { useFinding } from '../shell/find.js';
import { fits } from '../shell/fits.js';
import { ChainSection } from './chain-section.js';
import { NoChains } from './no-chains.js';
import { useChangesTold } from './tell-changes.js';

export type GridRoute = Extract<Route, { view: 'grid' | 'run' }>;

export function GridScreen({ route }: { route: GridRoute }) {
  const { t } = useSpeech();
  const { text } = useFinding();
  const { data, problem } = useView<GridView>(gridPath(null, null));
  useChangesTold(data);
  if (data === null)
    return problem === null || problem.away ? <Loading quiet={problem !== null} /> : <Failure problem={problem} />;
  if (data.chains.length === 0) return <NoChains />;

  const open = route.view === 'run' ? chainOf(data.chains, route.run) : null;
  const chosen = route.view === 'grid' && route.chain !== null ? data.chains.filter(({ id }) => id === route.chain) : data.chains;
  const shown = chosen.filter((chain) => chain === open || found(chain, text));
  return (
    <>
      <h1 class="hidden">{t.chains}</h1>
      {data.workers.length === 0 && (
        <section class="notice">
          <p>{t.noWorker}</p>
          <p class="notice-next">
            <span class="quiet">{t.noWorkerNext}</span> <Command text="daychain up" />
          </p>
        </section>
      )}
      {data.incomplete !== null && (
        <p class="quiet notice" lang="en">
          {data.incomplete}
        </p>
      )}
      {shown.map((chain) => (
        <ChainSection key={chain.id} chain={chain} open={chain === open && route.view === 'run' ? route : null} text={text} />
      ))}
      {shown.length === 0 && <p class="empty quiet">{text !== '' ? t.nothingFound(text) : t.notHere}</p>}
      {route.view === 'run' && open === null && <DatePanel key={route.run} route={route} chain={null} />}
    </>
  );
}

/** The grid a run stands in: its chain's, or that of a chain with this task. */
function chainOf(chains: readonly GridChain[], run: string): GridChain | null {
  const { id } = runParts(run);
  return chains.find((chain) => chain.id === id) ?? chains.find(({ rows }) => rows.some((row) => row.id === id)) ?? null;
}

function found({ id, summary, rows, columns }: GridChain, text: string): boolean {
  if (text.trim() === '') return true;
  const dates = columns.map(({ date }) => date);
  return fits(text, id, summary ?? '', ...dates) || rows.some((row) => fits(text, row.id, row.summary ?? '', ...dates, id));
}
