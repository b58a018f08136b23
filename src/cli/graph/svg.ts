/** A chain's graph as an SVG that needs nothing else, and suits light and dark surroundings. */
import { graphOf, layoutGraph, type LayoutPoint } from '../../control/graph-layout.js';
import { nameOf, stateOf, type DrawnTask } from './drawn-task.js';

/** Of a fixed-width font at 13 px, in px. */
const LETTER = 7.9;
const PADDING = 12;
const HEIGHT = 32;

const STYLE = `
    :root { --ink: #1f2328; --line: #8c959f; --paper: #ffffff; --green: #1a7f37; --yellow: #9a6700; --red: #cf222e; --blue: #0969da; }
    @media (prefers-color-scheme: dark) {
      :root { --ink: #e6edf3; --line: #6e7681; --paper: #0d1117; --green: #3fb950; --yellow: #d29922; --red: #f85149; --blue: #58a6ff; }
    }
    .paper { fill: var(--paper); }
    .box { fill: none; stroke: var(--line); }
    .edge { fill: none; stroke: var(--line); }
    .head { fill: var(--line); }
    text { fill: var(--ink); font: 13px ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace; }
    .green { stroke: var(--green); }
    .yellow { stroke: var(--yellow); }
    .red { stroke: var(--red); stroke-width: 2; }
    .blue { stroke: var(--blue); stroke-dasharray: 4 3; }`;

/** @param title for screen readers and tooltips */
export function svgText(tasks: readonly DrawnTask[], title: string): string {
  const byId = new Map(tasks.map((task) => [task.id, task]));
  const labels = new Map(tasks.map((task) => [task.id, labelOf(task)]));
  const sizeOf = (id: string) => ({ width: Math.ceil([...labels.get(id)!].length * LETTER + 2 * PADDING), height: HEIGHT });
  const { nodes, edges, width, height } = layoutGraph(graphOf(tasks), { sizeOf, margin: 12 });
  const size = `${rounded(Math.max(width, 24))} ${rounded(Math.max(height, 24))}`;
  const [w, h] = size.split(' ');
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size}" width="${w}" height="${h}" role="img" aria-labelledby="title">`,
    `  <title id="title">${escaped(title)}</title>`,
    `  <style>${STYLE}\n  </style>`,
    '  <defs><marker id="head" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path class="head" d="M0 0L8 4L0 8z"/></marker></defs>',
    `  <rect class="paper" width="${w}" height="${h}"/>`,
    ...edges.map(
      ({ from, to, points }) =>
        `  <path class="edge" d="${pathOf(points)}" marker-end="url(#head)"><title>${escaped(`${from} → ${to}`)}</title></path>`,
    ),
    ...nodes.map(({ id, x, y, width: boxWidth, height: boxHeight }) => {
      const state = stateOf(byId.get(id)!);
      const look = state?.colour ? ` ${state.colour}` : '';
      const said = state === null ? nameOf(byId.get(id)!) : `${id}: ${state.word}`;
      return `  <g><title>${escaped(said)}</title><rect class="box${look}" x="${rounded(x)}" y="${rounded(y)}" width="${rounded(boxWidth)}" height="${rounded(boxHeight)}" rx="4"/><text x="${rounded(x + PADDING)}" y="${rounded(y + boxHeight / 2 + 4.5)}">${escaped(labels.get(id)!)}</text></g>`;
    }),
    '</svg>',
  ].join('\n');
}

function labelOf(task: DrawnTask): string {
  const state = stateOf(task);
  return state === null ? nameOf(task) : `${state.glyph} ${nameOf(task)}`;
}

/** Straight at its ends, curved between: it leaves and arrives level. */
function pathOf(points: readonly LayoutPoint[]): string {
  const [first, ...rest] = points;
  const parts = [`M${rounded(first!.x)} ${rounded(first!.y)}`];
  let last = first!;
  for (const point of rest) {
    const middle = rounded((last.x + point.x) / 2);
    parts.push(`C${middle} ${rounded(last.y)} ${middle} ${rounded(point.y)} ${rounded(point.x)} ${rounded(point.y)}`);
    last = point;
  }
  return parts.join('');
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Control characters have no place in XML at all. */
function escaped(text: string): string {
  return text
    .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
    .replaceAll(/[&<>"']/g, (letter) => ENTITIES[letter]!);
}
