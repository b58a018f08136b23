/** The drawn graph is read back, as an eye would follow its lines, and must say what the chain says. */
import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DrawnTask } from '../../../src/cli/graph/drawn-task.js';
import { graphLines } from '../../../src/cli/graph/text.js';
import { Output } from '../../../src/cli/output.js';

const out = new Output(new PassThrough(), new PassThrough(), false, false);

function tasks(chain: Record<string, string[]>): DrawnTask[] {
  return Object.entries(chain).map(([id, dependsOn]) => ({ id, dependsOn, runWhen: 'all_success', state: null }));
}

function drawn(chain: Record<string, string[]>): string[] {
  return graphLines(out, tasks(chain));
}

describe('the drawn graph', () => {
  it('shows a fork and a join', () => {
    expect(drawn({ crawl: [], check: ['crawl'], index: ['crawl'], report: ['check', 'index'] })).toEqual([
      '       ┌▸ check ─┐',
      'crawl ─┤         ├▸ report',
      '       └▸ index ─┘',
    ]);
  });

  it('shows states by glyph, and a rule that is not the usual one', () => {
    const states = [
      { status: 'success', kind: null, phase: null },
      { status: 'failed', kind: 'error', phase: null },
      { status: 'pending', kind: null, phase: 'waiting_for_lock' },
    ] as const;
    const chain = tasks({ a: [], b: ['a'], c: ['b'] }).map((task, at) => ({ ...task, state: states[at]! }));
    chain[2] = { ...chain[2]!, runWhen: 'all_done' };
    expect(graphLines(out, chain)).toEqual(['✓ a ─▸ ✗ b ─▸ ◔ c (all_done)']);
  });

  it('becomes an indented list where 100 columns do not hold it', () => {
    const long = Object.fromEntries(
      Array.from({ length: 9 }, (_, at) => [
        `a_task_with_a_long_name_${at}`,
        at === 0 ? [] : [`a_task_with_a_long_name_${at - 1}`],
      ]),
    );
    const lines = drawn(long);
    expect(lines.slice(0, 2)).toEqual([
      'a_task_with_a_long_name_0',
      expect.stringMatching(/^ {2}a_task_with_a_long_name_1 +after a_task_with_a_long_name_0$/),
    ]);
    expect(lines).toHaveLength(9);
  });

  it('never lets a line lead to a task that does not depend on its source, nor hides one', () => {
    let pictures = 0;
    const chains = fc
      .array(fc.array(fc.nat(11), { maxLength: 3 }), { minLength: 1, maxLength: 12 })
      .map((rows) =>
        Object.fromEntries(
          rows.map((parents, at) => [`t${at}`, [...new Set(parents.filter((p) => p < at).map((p) => `t${p}`))]]),
        ),
      );
    fc.assert(
      fc.property(chains, (chain) => {
        const lines = drawn(chain);
        for (const line of lines) expect([...line].length).toBeLessThanOrEqual(100);
        if (lines.some((line) => line.includes('after '))) {
          expect(lines).toHaveLength(Object.keys(chain).length);
          return;
        }
        pictures += 1;
        const wanted = Object.entries(chain).flatMap(([id, parents]) => parents.map((parent) => `${parent} ${id}`));
        expect(readBack(lines).sort(), `\n${lines.join('\n')}\n`).toEqual(wanted.sort());
      }),
      { numRuns: 400 },
    );
    expect(pictures).toBeGreaterThan(200);
  });
});

const DIRECTIONS: Record<string, string> = {
  '─': 'LR',
  '│': 'UD',
  '┌': 'RD',
  '┐': 'LD',
  '└': 'RU',
  '┘': 'LU',
  '├': 'RUD',
  '┤': 'LUD',
  '┬': 'LRD',
  '┴': 'LRU',
  '┼': 'LRUD',
};

/** Follows every line from its task to the right, and up or down where it turns; a line that meets an upright passes beneath it. */
function readBack(lines: string[]): string[] {
  const grid = lines.map((line) => [...line]);
  const at = (row: number, column: number) => grid[row]?.[column] ?? ' ';
  const found: string[] = [];
  lines.forEach((line, row) => {
    for (const { 0: id, index } of line.matchAll(/t\d+/g)) {
      const seen = new Set<string>();
      const follow = (r: number, c: number, heading: string) => {
        const step = `${r} ${c} ${heading}`;
        if (seen.has(step)) return;
        seen.add(step);
        const letter = at(r, c);
        if (letter === '▸') {
          found.push(`${id} ${/^t\d+/.exec(lines[r]!.slice(c + 2))![0]}`);
          return;
        }
        const open = DIRECTIONS[letter];
        if (open === undefined) return;
        const entered = { R: 'L', U: 'D', D: 'U' }[heading]!;
        // A level line that comes to an upright without a joint goes on behind it.
        if (heading === 'R' && letter === '│') return follow(r, c + 1, 'R');
        if (!open.includes(entered)) return;
        if (open.includes('R')) follow(r, c + 1, 'R');
        if (open.includes('U') && heading !== 'D') follow(r - 1, c, 'U');
        if (open.includes('D') && heading !== 'U') follow(r + 1, c, 'D');
      };
      follow(row, index + id.length + 1, 'R');
    }
  });
  return [...new Set(found)];
}
