/** Each task's worker is killed in the middle of its work; another ends it. */
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { readCrawl } from '../../../examples/civic/lib/crawl/stored.js';
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
});
