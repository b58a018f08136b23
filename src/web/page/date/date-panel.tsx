/** One date of a chain, opened: how it stands, its graph, timeline or log, and the chosen task. */
import { useEffect, useRef } from 'preact/hooks';
import type { GridChain } from '../../../control/views/grid-types.js';
import type { DateView } from '../../../control/views/date-types.js';
import { datePath } from '../client/paths.js';
import { useView } from '../client/use-view.js';
import { useSpeech } from '../i18n/context.js';
import { Failure, Loading } from '../parts/loading.js';
import { type Route, runParts } from '../route.js';
import { RunDetail } from '../run/run-detail.js';
import { show } from '../location.js';
import { DateHead } from './date-head.js';
import { Graph } from './graph.js';
import { LogLines } from './log-lines.js';
import { PanelBar } from './panel-bar.js';
import { TimelineChart } from './timeline-chart.js';

export type RunRoute = Extract<Route, { view: 'run' }>;

export interface DatePanelProps {
  route: RunRoute;
  /** The chain in whose grid it is; null where the project has none for it. */
  chain: GridChain | null;
}

export function DatePanel({ route, chain }: DatePanelProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  const panel = useRef<HTMLElement>(null);
  const { id, runKey } = runParts(route.run);
  const close = (): void => show({ view: 'grid', chain: null });
  useEffect(() => {
    const chainSection = panel.current?.parentElement;
    heading.current?.focus({ preventScroll: true });
    panel.current?.scrollIntoView({ block: 'nearest', behavior: 'smooth' });
    // Whoever closes it stands again where it was opened.
    return () => chainSection?.querySelector<HTMLElement>('[role="grid"] a[tabindex="0"]')?.focus({ preventScroll: true });
  }, []);
  const isChain = chain === null ? false : chain.kind === 'chain' && chain.id === id;
  return (
    <section class="panel" ref={panel} aria-labelledby="panel-title">
      {isChain ? (
        <ChainDate {...{ route, id, runKey, heading, close }} />
      ) : (
        <TaskRun {...{ route, heading, close }} timezone={chain?.timezone ?? null} />
      )}
    </section>
  );
}

interface InnerProps {
  route: RunRoute;
  heading: { current: HTMLHeadingElement | null };
  close: () => void;
}

function ChainDate({ route, id, runKey, heading, close }: InnerProps & { id: string; runKey: string }) {
  const { t } = useSpeech();
  const { data, problem } = useView<DateView>(datePath(id, runKey));
  const node = data?.graph.nodes.find(({ task }) => task === route.task) ?? null;
  return (
    <>
      <PanelBar {...{ route, heading, close }} title={data === null ? null : data} tabs={['graph', 'timeline', 'log']} />
      {data === null && (problem === null || problem.away ? <Loading quiet={problem !== null} /> : <Failure problem={problem} />)}
      {data !== null && (
        <>
          <DateHead date={data} />
          {route.tab === 'graph' && <Graph view={data} route={route} />}
          {route.tab === 'timeline' && <TimelineChart view={data} route={route} />}
          {route.tab === 'log' && (
            <LogLines run={route.task === null ? route.run : `${route.task}:${runKey}`} timezone={data.timezone} />
          )}
          {route.task === null ? (
            route.tab !== 'log' && data.graph.nodes.length > 1 && <p class="panel-hint quiet">{t.chooseTask}</p>
          ) : (
            <RunDetail
              key={route.task}
              run={node?.run ?? `${route.task}:${runKey}`}
              timezone={data.timezone}
              chain={{ id, runKey, node }}
              withLog={route.tab !== 'log'}
            />
          )}
        </>
      )}
    </>
  );
}

/** A task's run outside of any chain's panel: the task with a schedule of its own, or a link to one run. */
function TaskRun({ route, heading, close, timezone }: InnerProps & { timezone: string | null }) {
  return (
    <>
      <PanelBar {...{ route, heading, close }} title={null} tabs={[]} />
      <RunDetail run={route.run} timezone={timezone} chain={null} withLog />
    </>
  );
}
