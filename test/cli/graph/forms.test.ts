import { describe, expect, it } from 'vitest';
import type { DrawnTask } from '../../../src/cli/graph/drawn-task.js';
import { mermaidText } from '../../../src/cli/graph/mermaid.js';
import { svgText } from '../../../src/cli/graph/svg.js';

const naughty = `<script>alert("x")</script>&'\u0000`;
const chain: DrawnTask[] = [
  { id: 'end', dependsOn: [], runWhen: 'all_success', state: { status: 'success', kind: null, phase: null } },
  { id: naughty, dependsOn: ['end'], runWhen: 'all_done', state: { status: 'failed', kind: 'error', phase: null } },
];

describe('the graph as Mermaid', () => {
  it('numbers its nodes, and quotes what would end a label', () => {
    const text = mermaidText(chain);
    expect(text.split('\n').slice(0, 2)).toEqual(['flowchart LR', '  t0["✓ end"]:::green']);
    expect(text).toContain('  t0 --> t1');
    expect(text).toContain('  classDef red');
    expect(text).not.toContain('<');
    expect(text.match(/"/g)).toHaveLength(4);
  });
});

describe('the graph as SVG', () => {
  it('needs nothing else, suits light and dark, and lets no id out of its text', () => {
    const svg = svgText(chain, naughty);
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" viewBox="0 0 [\d.]+ [\d.]+"/);
    expect(svg).toContain('prefers-color-scheme: dark');
    expect(svg).toContain('&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;&amp;&#39;\ufffd');
    expect(svg).not.toMatch(/<script|href=|url\((?!#head)|\u0000/);
    expect(svg.match(/<path class="edge"/g)).toHaveLength(1);
    expect(svg).toContain('<title>end: succeeded</title>');
  });

  it('is a picture for an empty chain too', () => {
    expect(svgText([], 'empty')).toContain('viewBox="0 0 24 24"');
  });
});
