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
            <path key={`${edge.from} ${edge.to}`} d={curve(edge)} class={edgeClass(edge, nodes, route.task)} />
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

/** Straight to its bends, rounded there: calm, and never through a node the layout went around. */
function curve({ points }: DateEdge): string {
  const [first, ...rest] = points;
  const last = rest.at(-1);
  if (first === undefined || last === undefined) return '';
  if (points.length <= 3) {
    const reach = Math.max((last.x - first.x) / 2, 8);
    return `M${first.x} ${first.y}C${first.x + reach} ${first.y} ${last.x - reach} ${last.y} ${last.x} ${last.y}`;
  }
  const bends = rest.slice(0, -1).map((point, at) => {
    const after = rest[at + 1] ?? last;
    const end = at === rest.length - 2 ? after : { x: (point.x + after.x) / 2, y: (point.y + after.y) / 2 };
    return `Q${point.x} ${point.y} ${end.x} ${end.y}`;
  });
  return `M${first.x} ${first.y}${bends.join('')}`;
}

function edgeClass({ from, to }: DateEdge, nodes: readonly DateNode[], chosen: string | null): string {
  const target = nodes.find(({ task }) => task === to);
  const waits = target !== undefined && (target.state === 'waiting' || target.state === 'not_due' || target.state === 'none');
  return [chosen !== null && (from === chosen || to === chosen) && 'is-near', waits && 'is-waiting'].filter(Boolean).join(' ');
}
