/** The dependency graph of a chain: what is wrong with it, and in which order it can run. */

/** Each task with the tasks it depends on. */
export type Graph = ReadonlyMap<string, readonly string[]>;

/** A cycle as the list of its tasks, the first one repeated at the end; null if there is none. */
export function findCycle(graph: Graph): string[] | null {
  const done = new Set<string>();
  for (const start of graph.keys()) {
    // Depth-first with an explicit stack: a chain may be two thousand tasks deep.
    const path: string[] = [];
    const onPath = new Set<string>();
    const stack: { task: string; next: number }[] = [{ task: start, next: 0 }];
    while (stack.length > 0) {
      const top = stack[stack.length - 1]!;
      if (top.next === 0) {
        if (done.has(top.task)) {
          stack.pop();
          continue;
        }
        path.push(top.task);
        onPath.add(top.task);
      }
      const parent = graph.get(top.task)?.[top.next++];
      if (parent === undefined) {
        done.add(top.task);
        onPath.delete(top.task);
        path.pop();
        stack.pop();
      } else if (onPath.has(parent)) {
        return [...path.slice(path.indexOf(parent)), parent];
      } else if (graph.has(parent) && !done.has(parent)) {
        stack.push({ task: parent, next: 0 });
      }
    }
  }
  return null;
}

/**
 * The groups of tasks that may run at once, each task in the first group possible.
 * Inside a group the graph's own order is kept. Expects a graph without cycles and unknown parents.
 */
export function groups(graph: Graph): string[][] {
  const level = new Map<string, number>();
  const waiting = new Map([...graph].map(([task, parents]) => [task, new Set(parents).size]));
  const children = childrenOf(graph);
  let ready = [...graph.keys()].filter((task) => waiting.get(task) === 0);
  for (let depth = 0; ready.length > 0; depth++) {
    const next: string[] = [];
    for (const task of ready) {
      level.set(task, depth);
      for (const child of children.get(task) ?? []) {
        const left = waiting.get(child)! - 1;
        waiting.set(child, left);
        if (left === 0) next.push(child);
      }
    }
    ready = next;
  }
  const result: string[][] = [];
  for (const task of graph.keys()) (result[level.get(task)!] ??= []).push(task);
  return result;
}

/** Every task that depends on this one, directly or through others; not the task itself. */
export function descendants(graph: Graph, task: string): Set<string> {
  const children = childrenOf(graph);
  const found = new Set<string>();
  const queue = [task];
  for (const current of queue) {
    for (const child of children.get(current) ?? []) {
      if (!found.has(child)) {
        found.add(child);
        queue.push(child);
      }
    }
  }
  return found;
}

function childrenOf(graph: Graph): Map<string, string[]> {
  const children = new Map<string, string[]>();
  for (const [task, parents] of graph) {
    for (const parent of new Set(parents)) {
      const list = children.get(parent);
      if (list) list.push(task);
      else children.set(parent, [task]);
    }
  }
  return children;
}
