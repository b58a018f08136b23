/** Workers are killed in the middle of each task; others end it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { readCrawl } from '../../../examples/civic/lib/crawl/stored.js';
import { openSearchIndex } from '../../../examples/civic/lib/search/search-index.js';
import type { TaskResult } from '../../../src/plan/types.js';
import { KILLED_PACE, openExample, type Example, type Killed } from '../../support/example.js';
import { filesBelow } from './folders.js';

let civic: Example;
const results: Record<string, TaskResult> = {};
const out = (...parts: string[]) => join(civic.dir, 'out', ...parts);

/** None of them needs another: one worker is in the middle of them all. */
const TOGETHER: Killed[] = [
  // Of the date that was crawled.
  { task: 'task_rag_indexing', date: '20260401', at: { file: 'search.json' } },
  // Between its two files.
  { task: 'task_report_generation', date: '20260403', at: { file: 'report.md' } },
  // The fourth prompt is pushed, and not noted.
  { task: 'task_prompt_sync', date: '20260404', at: { file: '/synced/', count: 4 } },
  // Before its document is noted as done.
  { task: 'task_audierne_docs', date: '20260405', at: { file: 'progress.json', count: 3 } },
  { task: 'task_cost_audit', date: '20260406', at: { file: 'costs.json' } },
];

beforeAll(async () => {
  civic = await openExample('civic', {}, KILLED_PACE);
  for (const together of [[{ task: 'task_firecrawl', date: '20260401', at: { file: '.md', count: 9 } }], TOGETHER]) {
    const ended = await civic.killedInTheMiddle(...together);
    for (const [index, { task }] of together.entries()) results[task] = ended[index]!;
  }
}, 400_000);

describe('a worker that is killed in the middle', () => {
  test('of task_firecrawl: the crawl is whole in the end', async () => {
    expect(results.task_firecrawl).toMatchObject({ status: 'success', pages_crawled: 36, sources_processed: 4 });
    const index = await readCrawl(out('20260401'));
    const files = index!.documents.flatMap(({ file }) => [`${file}.html`, `${file}.md`, `${file}_metadata.json`]);
    const indexes = index!.sources.map(({ source }) => `${source}/index.json`);
    expect(filesBelow(out('20260401/crawl'))).toEqual([...files, ...indexes, 'index.json', 'index.md', 'errors.log'].sort());
  });

  test('of task_rag_indexing: the index answers for every document', async () => {
    expect(results.task_rag_indexing).toMatchObject({ status: 'success', documents_indexed: 36 });
    const index = await openSearchIndex(out('20260401/search.json'));
    expect(index!.search('tarifs cantine quotient familial', 1)[0]!.url).toContain('/ecole/cantine.html');
  });

  test('of task_report_generation: between its two files, both are there in the end', () => {
    expect(results.task_report_generation!.status).toBe('success');
    expect(filesBelow(out('20260403')).filter((file) => !file.endsWith('.tmp'))).toEqual(['report.html', 'report.md']);
  });

  test('of task_prompt_sync: each prompt has one version, also that which was pushed and not noted', () => {
    expect(results.task_prompt_sync).toMatchObject({ status: 'success', prompts: 7 });
    const library = out('prompts/library');
    const files = filesBelow(library).filter((file) => file.endsWith('.json'));
    expect(files).toHaveLength(7);
    for (const file of files) expect(JSON.parse(readFileSync(join(library, file), 'utf8'))).toHaveLength(1);
  });

  test('of task_audierne_docs: before its document is noted as done, it is the same document in the end, and the only one', () => {
    expect(results.task_audierne_docs).toMatchObject({
      status: 'success',
      document: '01-plan-habitat.md',
      documents_left: 3,
    });
    const made = filesBelow(out('documents/contributions')).filter((file) => !file.endsWith('.tmp'));
    expect(made).toEqual(['01-plan-habitat.json']);
  });

  test('of task_cost_audit: the figures are whole in the end', () => {
    const costs = JSON.parse(readFileSync(out('20260406/costs.json'), 'utf8')) as { total_queries: number };
    expect(costs.total_queries).toBe(results.task_cost_audit!.output.total_queries);
  });
});
