/** Where an arrow key leads in the graph: right to what follows, left to what came before, up and down within a rank. */
import type { DateNode } from '../../../control/views/date-types.js';

type Walked = Pick<DateNode, 'task' | 'x' | 'y' | 'rank' | 'dependsOn'>;

/** Null: the key is none of the graph's. At a border one stays. */
export function neighbour(key: string, task: string, nodes: readonly Walked[]): string | null {
  const here = nodes.find((node) => node.task === task);
  if (here === undefined) return null;
  const nearest = (candidates: readonly Walked[]): string =>
    [...candidates].sort((a, b) => Math.abs(a.y - here.y) - Math.abs(b.y - here.y) || a.rank - b.rank)[0]?.task ?? task;
  switch (key) {
    case 'ArrowRight': {
      const children = nodes.filter(({ dependsOn }) => dependsOn.includes(task));
      return nearest(children.length > 0 ? children : nodes.filter(({ rank }) => rank === here.rank + 1));
    }
    case 'ArrowLeft': {
      const parents = nodes.filter((node) => here.dependsOn.includes(node.task));
      return nearest(parents.length > 0 ? parents : nodes.filter(({ rank }) => rank === here.rank - 1));
    }
    case 'ArrowUp':
      return nearest(nodes.filter(({ x, y }) => Math.abs(x - here.x) < 40 && y < here.y));
    case 'ArrowDown':
      return nearest(nodes.filter(({ x, y }) => Math.abs(x - here.x) < 40 && y > here.y));
    case 'Home':
      return nodes[0]?.task ?? task;
    case 'End':
      return nodes.at(-1)?.task ?? task;
    default:
      return null;
  }
}
