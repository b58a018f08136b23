/** The daily chain as a whole, with the real workflows in simulated time. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { testChain } from 'daychain/testing';
import { temporaryFolder } from './fake-context.js';

const project = fileURLToPath(new URL('../../../examples/civic', import.meta.url));

test('a site that is down all day costs its index, and the report says so', async () => {
  const { folder: out, remove } = temporaryFolder();
  onTestFinished(remove);
  const { result, tasks, tookMs } = await testChain('daily-chain', {
    project,
    date: '20260203',
    secrets: { CIVIC_OUT: out },
    tasks: {
      task_firecrawl: new Error('no page could be read'),
      task_contributions_analysis: { contributions_fetched: 3, contributions_processed: 3 },
    },
  });
  expect(result.status).toBe('failed');
  expect(tasks['task_firecrawl']!.result).toMatchObject({ status: 'failed', attempts: tasks['task_firecrawl']!.inputs.length });
  expect(tasks['task_firecrawl']!.inputs.length).toBeGreaterThan(1);
  expect(tookMs).toBeGreaterThan(60_000);
  expect(result.tasks['task_rag_indexing']).toMatchObject({ kind: 'upstream_failed' });
  expect(tasks['task_report_generation']!.result).toMatchObject({ status: 'success' });
  expect(readFileSync(join(out, '20260203', 'report.md'), 'utf8')).toContain('no page could be read');
});
