/** A chain's graph as a Mermaid flowchart. */
import { nameOf, stateOf, type DrawnTask } from './drawn-task.js';

const CLASSES = {
  green: 'stroke:#1a7f37',
  yellow: 'stroke:#9a6700',
  red: 'stroke:#cf222e,stroke-width:2px',
  blue: 'stroke:#0969da,stroke-dasharray:4 3',
};

/** Nodes are numbered: an id may be a word of Mermaid's own, as `end` is. */
export function mermaidText(tasks: readonly DrawnTask[]): string {
  const names = new Map(tasks.map(({ id }, at) => [id, `t${at}`]));
  const nodes = tasks.map((task) => {
    const state = stateOf(task);
    const label = state === null ? nameOf(task) : `${state.glyph} ${nameOf(task)}`;
    const look = state?.colour && state.colour in CLASSES ? `:::${state.colour}` : '';
    return `  ${names.get(task.id)}["${escaped(label)}"]${look}`;
  });
  const edges = tasks.flatMap(({ id, dependsOn }) =>
    dependsOn.filter((parent) => names.has(parent)).map((parent) => `  ${names.get(parent)} --> ${names.get(id)}`),
  );
  const used = new Set(tasks.map((task) => stateOf(task)?.colour));
  const classes = Object.entries(CLASSES).flatMap(([name, style]) =>
    used.has(name as keyof typeof CLASSES) ? [`  classDef ${name} ${style}`] : [],
  );
  return ['flowchart LR', ...nodes, ...edges, ...classes].join('\n');
}

/** By Mermaid's own entity codes: `#` begins one, and quotes end the label. */
function escaped(text: string): string {
  return text.replaceAll(/[^\p{L}\p{N} _().:,/✓–✗⊘●↻◔○-]/gu, (letter) => `#${letter.codePointAt(0)};`);
}
