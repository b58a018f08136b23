/**
 * Where the tasks of a chain stand when it is drawn: the same places in the terminal, in an SVG and on the page.
 * The one file that knows the layout library, whose types do not reach us under `nodenext`.
 */
import * as dagre from '@dagrejs/dagre';
import { type Graph, groups } from '../plan/graph.js';

export interface LayoutPoint {
  x: number;
  y: number;
}

/** A task's box. `x` and `y` are its upper left corner. */
export interface LayoutNode extends LayoutPoint {
  id: string;
  width: number;
  height: number;
  /** 0 for tasks without parents. Within one rank the nodes come in the order they are drawn. */
  rank: number;
}

/** The line from a parent to a task that depends on it. */
export interface LayoutEdge {
  from: string;
  to: string;
  /** At least two: from the border of one box to that of the other. */
  points: LayoutPoint[];
}

/** All of it lies between 0 and `width`, 0 and `height`. */
export interface GraphLayout {
  width: number;
  height: number;
  /** In the order of the tasks as they were given. */
  nodes: LayoutNode[];
  edges: LayoutEdge[];
}

export interface LayoutOptions {
  /** Where the chain goes to. Default: `right`. */
  direction?: 'right' | 'down';
  /** Size of a task's box, in whatever unit the drawing has. */
  sizeOf(id: string): { width: number; height: number };
  /** Between two boxes of one rank. Default: 16. */
  nodeGap?: number;
  /** Between two lines, or a line and a box, of one rank. Default: 12. */
  edgeGap?: number;
  /** Between two ranks. Default: 48. */
  rankGap?: number;
  /** Around the whole. Default: 0. */
  margin?: number;
}

/** Tasks and edges. Beyond this a dense graph takes the library seconds; then the tasks stand in plain columns. */
const MOST_CROSSING_FREE = 1_000;

/**
 * Lays a chain out. Takes the tasks in their order with their parents; parents that are not among the tasks are left out.
 * The same chain has the same layout every time. Expects a graph without cycles, as plans are.
 */
export function layoutGraph(tasks: Graph, options: LayoutOptions): GraphLayout {
  const graph = new Map([...tasks].map(([id, parents]) => [id, [...new Set(parents)].filter((parent) => tasks.has(parent))]));
  const size = graph.size + [...graph.values()].reduce((sum, parents) => sum + parents.length, 0);
  const full = { direction: 'right' as const, nodeGap: 16, edgeGap: 12, rankGap: 48, margin: 0, ...options };
  return size > MOST_CROSSING_FREE ? inColumns(graph, full) : withFewCrossings(graph, full);
}

/** The graph of a plan, or of anything that lists its tasks with their parents. */
export function graphOf(tasks: readonly { id: string; dependsOn: readonly string[] }[]): Graph {
  return new Map(tasks.map(({ id, dependsOn }) => [id, dependsOn]));
}

type FullOptions = Required<LayoutOptions>;

/** What we use of the library. */
interface DagreGraph {
  setGraph(label: object): void;
  graph(): { width?: number; height?: number };
  setNode(id: string, label: object): void;
  node(id: string): { x: number; y: number; width: number; height: number };
  setEdge(from: string, to: string, label: object): void;
  edge(from: string, to: string): { points: LayoutPoint[] };
}
const { Graph: newGraph, layout } = dagre as unknown as { Graph: new () => DagreGraph; layout(graph: DagreGraph): void };

function withFewCrossings(graph: Graph, options: FullOptions): GraphLayout {
  const ranks = ranksOf(graph);
  const drawn = new newGraph();
  drawn.setGraph({
    rankdir: options.direction === 'right' ? 'LR' : 'TB',
    nodesep: options.nodeGap,
    edgesep: options.edgeGap,
    ranksep: options.rankGap,
    marginx: options.margin,
    marginy: options.margin,
  });
  for (const id of graph.keys()) drawn.setNode(id, { ...options.sizeOf(id) });
  for (const [id, parents] of graph) for (const parent of parents) drawn.setEdge(parent, id, {});
  layout(drawn);
  const nodes = [...graph.keys()].map((id) => {
    const { x, y, width, height } = drawn.node(id);
    return { id, x: x - width / 2, y: y - height / 2, width, height, rank: ranks.get(id)! };
  });
  const edges = [...graph].flatMap(([to, parents]) =>
    parents.map((from) => ({ from, to, points: drawn.edge(from, to).points.map(({ x, y }) => ({ x, y })) })),
  );
  const { width = 0, height = 0 } = drawn.graph();
  return inWrittenOrder({ width: finite(width), height: finite(height), nodes, edges }, options.direction);
}

/** Turned over where that brings more neighbours into the order in which they were written. */
function inWrittenOrder(layout: GraphLayout, direction: 'right' | 'down'): GraphLayout {
  const [along, across] = direction === 'right' ? (['x', 'y'] as const) : (['y', 'x'] as const);
  const extent = direction === 'right' ? layout.height : layout.width;
  const middle = (node: LayoutNode, axis: 'x' | 'y') => node[axis] + (axis === 'x' ? node.width : node.height) / 2;
  let inOrder = 0;
  layout.nodes.forEach((node, at) => {
    for (const later of layout.nodes.slice(at + 1)) {
      if (Math.abs(middle(later, along) - middle(node, along)) < 0.5) inOrder += later[across] > node[across] ? 1 : -1;
    }
  });
  if (inOrder >= 0) return layout;
  const turned = (value: number, size = 0) => extent - value - size;
  return {
    ...layout,
    nodes: layout.nodes.map((node) => ({
      ...node,
      [across]: turned(node[across], direction === 'right' ? node.height : node.width),
    })),
    edges: layout.edges.map((edge) => ({
      ...edge,
      points: edge.points.map((point) => ({ ...point, [across]: turned(point[across]) })),
    })),
  };
}

/** One column (or row) per group of tasks that may run at once, in the order they are written. */
function inColumns(graph: Graph, options: FullOptions): GraphLayout {
  const { direction, nodeGap, rankGap, margin } = options;
  const right = direction === 'right';
  const places = new Map<string, LayoutNode>();
  let along = margin;
  let widest = 0;
  groups(graph).forEach((group, rank) => {
    let across = margin;
    let deepest = 0;
    for (const id of group) {
      const { width, height } = options.sizeOf(id);
      places.set(id, { id, width, height, rank, ...(right ? { x: along, y: across } : { x: across, y: along }) });
      across += (right ? height : width) + nodeGap;
      deepest = Math.max(deepest, right ? width : height);
    }
    widest = Math.max(widest, across - nodeGap);
    along += deepest + rankGap;
  });
  const length = Math.max(0, along - rankGap) + margin;
  const edges = [...graph].flatMap(([to, parents]) =>
    parents.map((from) => ({ from, to, points: straight(places.get(from)!, places.get(to)!, right) })),
  );
  const nodes = [...graph.keys()].map((id) => places.get(id)!);
  return { width: right ? length : widest + margin, height: right ? widest + margin : length, nodes, edges };
}

function straight(from: LayoutNode, to: LayoutNode, right: boolean): LayoutPoint[] {
  return right
    ? [
        { x: from.x + from.width, y: from.y + from.height / 2 },
        { x: to.x, y: to.y + to.height / 2 },
      ]
    : [
        { x: from.x + from.width / 2, y: from.y + from.height },
        { x: to.x + to.width / 2, y: to.y },
      ];
}

function ranksOf(graph: Graph): Map<string, number> {
  return new Map(groups(graph).flatMap((group, rank) => group.map((id) => [id, rank] as const)));
}

/** An empty graph has no extent, which the library gives as minus infinity. */
function finite(value: number): number {
  return Number.isFinite(value) ? value : 0;
}
