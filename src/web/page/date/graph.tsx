/** The chain of one date as a graph: drawn where the server has put it, alive, and walked by arrow keys along its arrows. */
import { useRef, useState } from 'preact/hooks';
import type { DateEdge, DateNode, DateView } from '../../../control/views/date-types.js';
import { fillOf, isOpen, lookOf } from '../grid/look.js';
import { useSpeech } from '../i18n/context.js';
import { show } from '../location.js';
import { Glyph } from '../parts/glyph.js';
import { addressOf } from '../route.js';
import { useNow } from '../shell/clock.js';
import type { RunRoute } from './date-panel.js';
import { nodeFacts } from './node-facts.js';
import { neighbour } from './walk-graph.js';

export function Graph({ view, route }: { view: DateView; route: RunRoute }) {
  const speech = useSpeech();
  const { t } = speech;
  const { nodes, edges, width, height } = view.graph;
  const frame = useRef<HTMLDivElement>(null);
  const [walked, setWalked] = useState<string | null>(null);
  const now = useNow(
    1_000,
    nodes.some(({ state }) => isOpen(state)),
  );
  const stop = nodes.find(({ task }) => task === (walked ?? route.task))?.task ?? nodes[0]?.task;

  const press = (event: KeyboardEvent): void => {
    const task = (event.target as HTMLElement).dataset['task'];
    const to = task === undefined ? null : neighbour(event.key, task, nodes);
    if (to === null || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    setWalked(to);
    frame.current?.querySelector<HTMLElement>(`[data-task="${CSS.escape(to)}"]`)?.focus();
  };

  return (
    <div class="graph" ref={frame} role="group" aria-label={t.graphOf(view.chain)} onKeyDown={press}>
      <div class="graph-plane" style={{ width: `${width}px`, height: `${height}px` }}>
        <svg class="graph-edges" width={width} height={height} aria-hidden="true">
          {edges.map((edge) => (
            <path key={`${edge.from} ${edge.to}`} d={curve(edge, nodes)} class={edgeClass(edge, nodes, route.task)} />
          ))}
        </svg>
        {nodes.map((node) => (
          <Node
            key={node.task}
            node={node}
            facts={nodeFacts(speech, node, view.timezone, now)}
            chosen={node.task === route.task}
            stops={node.task === stop}
            fill={node.state === 'running' ? fillOf(node.started, node.usualMs, now) : null}
            address={addressOf({ ...route, task: node.task })}
            open={() => show({ ...route, task: node.task === route.task ? null : node.task })}
          />
        ))}
      </div>
    </div>
  );
}

interface NodeProps {
  node: DateNode;
  facts: string[];
  chosen: boolean;
  stops: boolean;
  fill: number | null;
  address: string;
  open: () => void;
}

function Node({ node, facts, chosen, stops, fill, address, open }: NodeProps) {
  const { t } = useSpeech();
  const { glyph, style } = lookOf(node.state);
  const follow = (event: MouseEvent): void => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    open();
  };
  return (
    <a
      href={address}
      class={`node ${style}${chosen ? ' is-chosen' : ''}`}
      style={{ left: `${node.x}px`, top: `${node.y}px`, width: `${node.width}px`, height: `${node.height}px` }}
      aria-label={[node.task, t.state[node.state], ...facts].join(', ')}
      aria-current={chosen ? 'true' : undefined}
      title={node.sentence}
      tabIndex={stops ? 0 : -1}
      data-task={node.task}
      onClick={follow}
    >
      {fill !== null && <span class="node-fill" style={{ width: `${Math.round(fill * 100)}%` }} />}
      <span class={`cell ${style}`}>
        <Glyph name={glyph} />
      </span>
      <span class="node-text">
        <span class="node-name">{node.task}</span>
        <span class="node-facts">{facts.join(' · ') || t.state[node.state]}</span>
      </span>
    </a>
  );
}

/** From the middle of one side to the middle of the other, along the bends by which the layout goes around nodes. */
function curve({ from, to, points }: DateEdge, nodes: readonly DateNode[]): string {
  const [source, target] = [nodes.find(({ task }) => task === from), nodes.find(({ task }) => task === to)];
  if (source === undefined || target === undefined) return '';
  const [x, y] = [source.x + source.width, source.y + source.height / 2];
  const [endX, endY] = [target.x, target.y + target.height / 2];
  const bends = points.slice(1, -1).filter((bend) => bend.x > x + 8 && bend.x < endX - 8);
  const stops = bends.length > 1 ? [...bends, { x: endX, y: endY }] : [{ x: endX, y: endY }];
  let last = { x, y };
  const parts = stops.map((stop) => {
    const half = (stop.x - last.x) / 2;
    const part = `C${last.x + half} ${last.y} ${stop.x - half} ${stop.y} ${stop.x} ${stop.y}`;
    last = stop;
    return part;
  });
  return `M${x} ${y}${parts.join('')}`;
}

function edgeClass({ from, to }: DateEdge, nodes: readonly DateNode[], chosen: string | null): string {
  const target = nodes.find(({ task }) => task === to);
  const waits = target !== undefined && (target.state === 'waiting' || target.state === 'not_due' || target.state === 'none');
  return [chosen !== null && (from === chosen || to === chosen) && 'is-near', waits && 'is-waiting'].filter(Boolean).join(' ');
}
