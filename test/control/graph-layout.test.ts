import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { graphOf, layoutGraph, type GraphLayout, type LayoutNode } from '../../src/control/graph-layout.js';

const sizeOf = (id: string) => ({ width: 20 + id.length * 8, height: 32 });

/** Chains of up to 14 tasks, each after any of the earlier ones. */
const chains = fc
  .array(fc.array(fc.nat(13), { maxLength: 4 }), { minLength: 1, maxLength: 14 })
  .map((rows) =>
    graphOf(
      rows.map((parents, at) => ({ id: `t${at}`, dependsOn: [...new Set(parents.filter((p) => p < at).map((p) => `t${p}`))] })),
    ),
  );

function nodeOf(layout: GraphLayout, id: string): LayoutNode {
  return layout.nodes.find((node) => node.id === id)!;
}

function overlap(a: LayoutNode, b: LayoutNode): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

describe('the layout of a chain', () => {
  it.each(['right', 'down'] as const)('lets no two boxes touch, and lays every task after its parents (%s)', (direction) => {
    fc.assert(
      fc.property(chains, (graph) => {
        const layout = layoutGraph(graph, { sizeOf, direction });
        expect(layout.nodes.map(({ id }) => id)).toEqual([...graph.keys()]);
        expect(layout.edges).toHaveLength([...graph.values()].flat().length);
        layout.nodes.forEach((one, at) => {
          for (const other of layout.nodes.slice(at + 1)) expect(overlap(one, other), `${one.id} ${other.id}`).toBe(false);
          expect(
            [one.x, one.y, layout.width - one.x - one.width, layout.height - one.y - one.height].every((n) => n >= -0.01),
          ).toBe(true);
        });
        for (const { from, to, points } of layout.edges) {
          const [parent, child] = [nodeOf(layout, from), nodeOf(layout, to)];
          if (direction === 'right') expect(parent.x + parent.width).toBeLessThan(child.x);
          else expect(parent.y + parent.height).toBeLessThan(child.y);
          expect(parent.rank).toBeLessThan(child.rank);
          expect(points.length).toBeGreaterThanOrEqual(2);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('is the same every time', () => {
    const graph = graphOf([
      { id: 'a', dependsOn: [] },
      { id: 'b', dependsOn: ['a'] },
      { id: 'c', dependsOn: ['a'] },
      { id: 'd', dependsOn: ['b', 'c'] },
    ]);
    expect(layoutGraph(graph, { sizeOf })).toEqual(layoutGraph(graph, { sizeOf }));
  });

  it('has room for the largest chain there may be, in columns', () => {
    const tasks = Array.from({ length: 2_000 }, (_, at) => ({ id: `t${at}`, dependsOn: at < 50 ? [] : [`t${at - 50}`] }));
    const layout = layoutGraph(graphOf(tasks), { sizeOf, margin: 4 });
    expect(layout.nodes).toHaveLength(2_000);
    expect(layout.edges).toHaveLength(1_950);
    expect(Math.max(...layout.nodes.map(({ rank }) => rank))).toBe(39);
    for (const { from, to } of layout.edges) expect(nodeOf(layout, from).x).toBeLessThan(nodeOf(layout, to).x);
    expect(Math.max(...layout.nodes.map(({ x, width }) => x + width))).toBe(layout.width - 4);
  });

  it('leaves out parents that are not there, and is empty for no tasks', () => {
    expect(layoutGraph(graphOf([{ id: 'a', dependsOn: ['gone'] }]), { sizeOf }).edges).toEqual([]);
    expect(layoutGraph(new Map(), { sizeOf })).toEqual({ width: 0, height: 0, nodes: [], edges: [] });
  });
});
