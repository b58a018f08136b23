import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { crawlFolder, storeDay } from '../../../examples/civic/lib/crawl/stored.js';
import { passagesOf } from '../../../examples/civic/lib/search/passages.js';
import { openSearchIndex } from '../../../examples/civic/lib/search/search-index.js';
import firecrawl from '../../../examples/civic/tasks/task_firecrawl.js';
import ragIndexing from '../../../examples/civic/tasks/task_rag_indexing.js';
import { runTask, temporaryFolder } from './fake-context.js';

let out: string;
let remove: () => Promise<void>;
beforeEach(() => ({ folder: out, remove } = temporaryFolder()));
afterEach(() => remove());

const open = async () => {
  const index = await openSearchIndex(join(out, '20260203', 'search.json'));
  if (!index) throw new Error('there is no index');
  return index;
};

describe('task_rag_indexing', () => {
  test('indexes what was crawled, counts truly, and answers French questions', async () => {
    const crawl = await runTask(firecrawl, { out });
    const { result } = await runTask(ragIndexing, { out, params: { language: 'fr' } });
    const index = await open();
    expect(result).toMatchObject({ ...index.counts });
    expect(index.counts.documents_indexed).toBe((crawl.result as { documents_crawled: number }).documents_crawled);
    expect(index.counts.passages_indexed).toBeGreaterThan(index.counts.documents_indexed);

    const best = (question: string) => index.search(question, 1)[0];
    expect(best("prix de l'eau potable")?.url).toContain('/vivre/eau.html');
    expect(best('déclarer une naissance')).toMatchObject({ heading: 'Déclarer une naissance', title: 'État civil' });
    expect(best('tarifs cantine quotient familial')?.url).toContain('/ecole/cantine.html');
    expect(best('chiens en laisse, gravelots')?.url).toContain('/mairie/arretes/2025-061-chiens.html');
    expect(best('amiante conduites tarif social')?.url).toContain('/mairie/deliberations/2025-12-09.html');
  });

  test('finds the same with or without accents, capitals and plurals', async () => {
    await runTask(firecrawl, { out });
    await runTask(ragIndexing, { out });
    const index = await open();
    const urls = (question: string) => index.search(question, 3).map(({ url, heading }) => `${url} ${heading}`);
    expect(urls('MEDIATHEQUES')).toEqual(urls('médiathèque'));
    expect(urls("de l'école")).toEqual(urls('ecole'));
    expect(index.search('le la les de du')).toEqual([]);
  });

  test('gives the same counts and answers when it is repeated', async () => {
    await runTask(firecrawl, { out });
    const first = await runTask(ragIndexing, { out });
    const answers = (await open()).search('port');
    expect(await runTask(ragIndexing, { out })).toEqual(first);
    expect((await open()).search('port')).toEqual(answers);
  });

  test('has no work after a crawl without documents, and leaves the date runnable where nobody has crawled', async () => {
    const nobody = await runTask(ragIndexing, { out });
    expect(nobody.result).toMatchObject({
      ended: 'skipped_by_task',
      settled: false,
      reason: expect.stringContaining('task_firecrawl') as string,
    });
    await storeDay(join(out, '20260203'), '20260203', 'one', []);
    const empty = await runTask(ragIndexing, { out });
    expect(empty.result).toEqual({ ended: 'no_work', reason: 'no_documents_to_index', settled: true });
  });

  test('fails where a document of the crawl is gone, instead of indexing fewer in silence', async () => {
    await runTask(firecrawl, { out });
    rmSync(join(crawlFolder(join(out, '20260203')), 'commune', 'mairie_budget.md'));
    await expect(runTask(ragIndexing, { out })).rejects.toThrow(/mairie_budget\.md is missing/);
  });
});

test('passages are cut at headings and freed of markup', () => {
  const markdown =
    '# Titre\n\nDébut [lié](http://a.example) _ici_.\n\n## Vide\n\n## Table\n\n| A | B |\n| --- | --- |\n| 1\\. | 2 |\n';
  expect(passagesOf(markdown, 'Page')).toEqual([
    { heading: 'Titre', text: 'Début lié ici .' },
    { heading: 'Table', text: 'A B 1. 2' },
  ]);
});
