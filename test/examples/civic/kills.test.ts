/** Each task's worker is killed in the middle of its work; another ends it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { openExample, type Example } from '../../support/example.js';

let civic: Example;

beforeAll(async () => {
  civic = await openExample('civic');
});

describe('a worker that is killed in the middle', () => {
  test('of task_firecrawl: the crawl is whole in the end', async () => {
    const result = await civic.killedInTheMiddle({ task: 'task_firecrawl', date: '20260401', when: { file: '.md', count: 8 } });
    const folder = join(civic.dir, 'out/20260401/crawl');
    expect(result.status).toBe('success');
    const { documents } = JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8')) as { documents: { file: string }[] };
    const named = documents.flatMap(({ file }) => [`${file}.html`, `${file}.md`, `${file}_metadata.json`]);
    expect(readdirSync(folder).sort()).toEqual([...named, 'index.json'].sort());
  });
});
