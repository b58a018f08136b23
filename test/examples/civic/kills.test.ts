/** Each task's worker is killed in the middle of its work; another ends it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { readCrawl } from '../../../examples/civic/lib/crawl/stored.js';
import { openSearchIndex } from '../../../examples/civic/lib/search/search-index.js';
import { resultOf } from '../../support/engine.js';
import { openExample, type Example } from '../../support/example.js';
import { filesBelow } from './folders.js';

let civic: Example;

beforeAll(async () => {
  civic = await openExample('civic');
});

describe('a worker that is killed in the middle', () => {
  test('of task_firecrawl: the crawl is whole in the end', async () => {
    const result = await civic.killedInTheMiddle({ task: 'task_firecrawl', date: '20260401', when: { file: '.md', count: 9 } });
    expect(result).toMatchObject({ status: 'success', pages_crawled: 36, sources_processed: 4 });
    const index = await readCrawl(join(civic.dir, 'out/20260401'));
    const files = index!.documents.flatMap(({ file }) => [`${file}.html`, `${file}.md`, `${file}_metadata.json`]);
    const indexes = index!.sources.map(({ source }) => `${source}/index.json`);
    expect(filesBelow(join(civic.dir, 'out/20260401/crawl'))).toEqual(
      [...files, ...indexes, 'index.json', 'index.md', 'errors.log'].sort(),
    );
  });

  test('of task_rag_indexing: the index answers for every document', async () => {
    const date = '20260402';
    await run('task_firecrawl', date);
    const result = await civic.killedInTheMiddle({ task: 'task_rag_indexing', date, when: { file: 'search.json' } });
    expect(result).toMatchObject({ status: 'success', documents_indexed: 36 });
    const index = await openSearchIndex(join(civic.dir, 'out', date, 'search.json'));
    expect(index!.search('tarifs cantine quotient familial', 1)[0]!.url).toContain('/ecole/cantine.html');
  });

  test('of task_report_generation: between its two files, both are there in the end', async () => {
    const date = '20260403';
    const result = await civic.killedInTheMiddle({ task: 'task_report_generation', date, when: { file: 'report.md' } });
    expect(result.status).toBe('success');
    expect(filesBelow(join(civic.dir, 'out', date)).filter((file) => !file.endsWith('.tmp'))).toEqual([
      'report.html',
      'report.md',
    ]);
  });

  test('of task_prompt_sync: each prompt has one version, also that which was pushed and not noted', async () => {
    const result = await civic.killedInTheMiddle({
      task: 'task_prompt_sync',
      date: '20260404',
      when: { file: '/synced/', count: 4 },
    });
    expect(result).toMatchObject({ status: 'success', prompts: 7 });
    const library = join(civic.dir, 'out/prompts/library');
    const files = filesBelow(library).filter((file) => file.endsWith('.json'));
    expect(files).toHaveLength(7);
    for (const file of files) expect(JSON.parse(readFileSync(join(library, file), 'utf8'))).toHaveLength(1);
  });

  test('of task_audierne_docs: before its document is noted as done, it is the same document in the end, and the only one', async () => {
    const when = { file: 'progress.json', count: 3 };
    const result = await civic.killedInTheMiddle({ task: 'task_audierne_docs', date: '20260405', when });
    expect(result).toMatchObject({ status: 'success', document: '01-plan-habitat.md', documents_left: 3 });
    const made = filesBelow(join(civic.dir, 'out/documents/contributions')).filter((file) => !file.endsWith('.tmp'));
    expect(made).toEqual(['01-plan-habitat.json']);
  });

  test('of task_cost_audit: the figures are whole in the end', async () => {
    const result = await civic.killedInTheMiddle({ task: 'task_cost_audit', date: '20260406', when: { file: 'costs.json' } });
    const costs = JSON.parse(readFileSync(join(civic.dir, 'out/20260406/costs.json'), 'utf8')) as { total_queries: number };
    expect(costs.total_queries).toBe(result.output.total_queries);
  });

  async function run(task: string, date: string): Promise<void> {
    const worker = await civic.start();
    await resultOf(await civic.begin(task, date), 120_000);
    worker.process.kill('SIGTERM');
    await worker.ended;
  }
});
