/** The project's own script, and what the project refuses before anything starts. Its tasks by command: test/e2e/examples. */
import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { plainEnvironment } from '../../support/daychain.js';
import { resultOf } from '../../support/engine.js';
import { openExample, type Example } from '../../support/example.js';
import { PROCESS_MS } from '../../support/patience.js';

const DATE = '20260411';
const TASKS = readdirSync(join(import.meta.dirname, '../../../examples/civic/tasks'));

let civic: Example;
beforeAll(async () => {
  civic = await openExample('civic');
  await civic.start();
});

describe('scripts/search.ts', () => {
  const search = (...words: string[]) =>
    new Promise<{ exit: number; stdout: string; stderr: string }>((resolve) => {
      const script = join(civic.dir, 'scripts/search.ts');
      const options = { cwd: civic.dir, env: plainEnvironment(), timeout: PROCESS_MS };
      execFile(process.execPath, ['--import', 'tsx', script, ...words], options, (error, stdout, stderr) => {
        resolve({ exit: error === null ? 0 : Number(error.code), stdout, stderr });
      });
    });

  beforeAll(async () => {
    for (const task of ['task_firecrawl', 'task_rag_indexing']) await resultOf(await civic.begin(task, DATE));
  });

  test('answers from the index, in words or as JSON, and says where there is nothing', async () => {
    expect(existsSync(join(civic.dir, 'out', DATE, 'search.json'))).toBe(true);
    const found = await search('tarifs', 'cantine');
    expect(found).toMatchObject({ exit: 0, stderr: '' });
    expect(found.stdout).toContain('https://www.lanverec.example/ecole/cantine.html');
    const { stdout } = await search('tarifs cantine', '--date', DATE, '--limit', '1', '--json');
    expect(JSON.parse(stdout)).toHaveLength(1);
    expect(await search('xylophonistes')).toMatchObject({ exit: 1, stdout: 'Nothing was found.\n' });
  });

  test.each([
    [[], /no words were given/],
    [['eau', '--limit', 'many'], /--limit is many: expected a number from 1 to 100/],
    [['eau', '--date', 'today'], /--date is today: expected 20260203/],
    [['eau', '--date', '19990101'], /there is no index of 19990101/],
    [['eau', '--lmit', '3'], /--lmit/],
  ])('refuses %j', async (words, message) => {
    expect(await search(...words)).toMatchObject({ exit: 2, stderr: expect.stringMatching(message) as string });
  });
});

describe('daychain check', () => {
  test('passes, for the chain as it was first too, which has the same tasks', async () => {
    for (const words of [[], ['--project', 'legacy']]) {
      const checked = await civic.daychain('check', ...words);
      expect(checked).toMatchObject({ exit: 0, stdout: expect.stringContaining(`${TASKS.length} tasks, no problems`) as string });
    }
    const legacy = await civic.daychain('list', '--project', 'legacy', '--json');
    expect(legacy.stdout).toContain('*/7 6-23 * * *');
  });

  test('refuses wrong settings by name, all at once, before a worker starts', async () => {
    const wrong = {
      CRAWL_PAUSE: 'soon',
      CRAWL_TIMEOUT: '15',
      USD_TO_EUR: 'much',
      COST_LIMIT_USD: '-1',
      FIRECRAWL_URL: 'firecrawl',
      OPIK_URL: 'opik',
    };
    for (const words of [['check'], ['worker']]) {
      const refused = await civic.daychainWith(wrong, ...words);
      expect(refused.exit).toBe(2);
      for (const name of Object.keys(wrong)) expect(refused.stdout + refused.stderr).toContain(`${name}: `);
    }
  });
});
