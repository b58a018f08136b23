import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { descendants, findCycle, groups, type Graph } from '../../src/plan/graph.js';

function graph(edges: Record<string, string[]>): Graph {
  return new Map(Object.entries(edges));
}

/** Graphs whose tasks depend only on earlier ones, written in any order. */
const acyclic = fc
  .integer({ min: 1, max: 12 })
  .chain((size) =>
    fc.tuple(
      fc.tuple(...Array.from({ length: size }, (_, n) => fc.subarray(Array.from({ length: n }, (_unused, m) => `t${m}`)))),
      fc.shuffledSubarray(
        Array.from({ length: size }, (_, n) => n),
        { minLength: size },
      ),
    ),
  )
  .map(([parents, order]) => new Map(order.map((n) => [`t${n}`, parents[n]!] as [string, string[]])));

/** Any graph at all, self-edges, unknown parents and circles included. */
const anything = fc
  .array(fc.array(fc.integer({ min: 0, max: 7 }), { maxLength: 4 }), { minLength: 1, maxLength: 7 })
  .map((all) => new Map(all.map((parents, n) => [`t${n}`, parents.map((parent) => `t${parent}`)] as [string, string[]])));

/** Independent of the code under test: takes tasks away as long as one has all of its parents taken. */
function canBeOrdered(tasks: Graph): boolean {
  const left = new Map(tasks);
  for (let taken = true; taken;) {
    taken = false;
    for (const [task, parents] of left) {
      if (parents.some((parent) => left.has(parent))) continue;
      left.delete(task);
      taken = true;
    }
  }
  return left.size === 0;
}

describe('a cycle', () => {
  test.each([
    [{ a: ['b'], b: ['a'] }, ['a', 'b', 'a']],
    [{ a: ['a'] }, ['a', 'a']],
    [{ x: [], a: ['x', 'b'], b: ['c'], c: ['b'] }, ['b', 'c', 'b']],
  ])('in %j is told as a path that ends where it begins', (edges, cycle) => {
    expect(findCycle(graph(edges))).toEqual(cycle);
  });

  test('is found if and only if the tasks cannot be ordered, and consists of real edges', () => {
    fc.assert(
      fc.property(anything, (tasks) => {
        const cycle = findCycle(tasks);
        expect(cycle === null).toBe(canBeOrdered(tasks));
        if (!cycle) return;
        expect(cycle.at(-1)).toBe(cycle[0]);
        expect(new Set(cycle).size).toBe(cycle.length - 1);
        for (const [index, task] of cycle.slice(0, -1).entries()) expect(tasks.get(task)).toContain(cycle[index + 1]);
      }),
      { numRuns: 1_000 },
    );
  });

  test('is looked for in a chain as deep as a chain may be', () => {
    const deep = new Map(
      Array.from({ length: 2_000 }, (_, n) => [`t${n}`, n === 1_999 ? [] : [`t${n + 1}`]] as [string, string[]]),
    );
    expect(findCycle(deep)).toBe(null);
    deep.set('t1999', ['t0']);
    expect(findCycle(deep)).toHaveLength(2_001);
    expect(groups(new Map(deep).set('t1999', []))).toHaveLength(2_000);
  });
});

describe('groups', () => {
  test('put each task into the first group that has all of its parents before it', () => {
    expect(groups(graph({ report: ['b', 'c'], c: ['a'], b: ['a'], a: [], lone: [] }))).toEqual([
      ['a', 'lone'],
      ['c', 'b'],
      ['report'],
    ]);
  });
  test('count a parent named twice once', () => {
    expect(groups(graph({ a: [], b: ['a', 'a'] }))).toEqual([['a'], ['b']]);
  });
  test('hold every task once, after its parents, no later than needed, in the order of the graph', () => {
    fc.assert(
      fc.property(acyclic, (tasks) => {
        const found = groups(tasks);
        const level = new Map(found.flatMap((group, depth) => group.map((task) => [task, depth])));
        expect(found.flat()).toHaveLength(tasks.size);
        for (const [task, parents] of tasks) {
          expect(level.get(task)).toBe(parents.length === 0 ? 0 : Math.max(...parents.map((parent) => level.get(parent)!)) + 1);
        }
        const keys = [...tasks.keys()];
        for (const group of found) expect(group).toEqual(keys.filter((task) => group.includes(task)));
      }),
    );
  });
});

describe('descendants', () => {
  test('are all that depend on a task, directly or not, without itself', () => {
    const tasks = graph({ a: [], b: ['a'], c: ['b'], d: ['a', 'c'], e: [] });
    expect([...descendants(tasks, 'a')].sort()).toEqual(['b', 'c', 'd']);
    expect([...descendants(tasks, 'd')]).toEqual([]);
    expect([...descendants(tasks, 'nothing')]).toEqual([]);
  });
  test('are those a walk up the parents leads from', () => {
    const isBelow = (tasks: Graph, task: string, above: string): boolean =>
      tasks.get(task)!.some((parent) => parent === above || isBelow(tasks, parent, above));
    fc.assert(
      fc.property(acyclic, (tasks) => {
        for (const above of tasks.keys()) {
          const below = [...tasks.keys()].filter((task) => isBelow(tasks, task, above));
          expect([...descendants(tasks, above)].sort()).toEqual(below.sort());
        }
      }),
    );
  });
});
