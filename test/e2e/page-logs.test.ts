/** A run's log on the page, from the files beside `daychain up`; and those files are all that its log is: no other answer needs them. */
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { GridView } from '../../src/control/views/grid-types.js';
import { expectNoProblems, launchChromium, NO_CHROMIUM, openPage } from '../support/browser.js';
import { userFolder, type UserFolder } from '../support/daychain.js';
import { eventually } from '../support/engine.js';
import { quietTime } from '../support/quiet-time.js';

let browser: Browser | null = null;
let folder: UserFolder;
let url: string;

beforeAll(async () => {
  browser = await launchChromium();
  const task = (body: string) =>
    `import { defineTask } from 'daychain';\nexport default defineTask({ retry: { retries: 0 }, ${body} });\n`;
  folder = userFolder({
    'package.json': '{ "type": "module" }',
    'daychain.config.js': `import { defineProject } from 'daychain';\nexport default defineProject({ name: 'page-logs', timezone: 'Europe/Paris' });\n`,
    'tasks/task_crawl.js': task(
      `run(ctx) { ctx.log.info('crawling', { pages: 14 }); console.warn('one page was slow'); return { pages: 14 }; }`,
    ),
    'tasks/task_index.js': task(`run(ctx) { ctx.log.error('the index is away'); throw new Error('connect ECONNREFUSED'); }`),
    'chains/site.js': `import { defineChain } from 'daychain';\nexport default defineChain({ schedule: { daily: '${quietTime('Europe/Paris')}' }, tasks: { task_crawl: [], task_index: ['task_crawl'] } });\n`,
  });
  await folder.up();
  url = folder.state()!.web!.url!;
  expect((await folder.run('run', 'site', '--date', '20260203', '--wait')).exit).toBe(1);
});

afterAll(async () => await browser?.close());

const get = async (path: string) => {
  const response = await fetch(url + path, { signal: AbortSignal.timeout(90_000) });
  expect(response.status, path).toBe(200);
  return await response.text();
};
const linesOf = async (run: string) => (JSON.parse(await get(`/api/runs/${run}/logs`)) as { lines: { message: string }[] }).lines;

test('the page shows what a run said', async ({ skip }) => {
  const watched = await openPage(browser ?? skip(NO_CHROMIUM), `${url}/runs/site:20260203?tab=log`);
  const { page } = watched;
  const log = page.getByRole('log');
  for (const text of ['crawling', 'one page was slow', 'the index is away']) await log.getByText(text).first().waitFor();
  expect(await log.textContent()).toMatch(/task_crawl.*crawling.*task_index.*the index is away/s);
  await page.goto(`${url}/runs/task_crawl:20260203?tab=log`);
  await log.getByText('crawling').first().waitFor();
  expect(await log.textContent()).not.toContain('the index is away');
  expectNoProblems(watched);
  await watched.close();
});

test('deleting the log files changes no answer but that of the log', async () => {
  const asked = [
    '/api/why/task_index/20260203?chain=site',
    '/api/why/task_crawl/20260203',
    '/api/grid?chains=site&days=3&until=20260204',
    '/api/dates/site/20260203',
    '/api/runs/site:20260203',
    '/api/runs/task_index:20260203',
    '/api/views/runs/task_crawl:20260203',
    '/api/schedules/site/history?from=20260201&to=20260204',
  ];
  const answers = async () => await Promise.all(asked.map(async (path) => timeless(await get(path))));
  // Lists are a second behind a run's end, each run by itself.
  await eventually('the runs in the lists', async () => {
    const { chains } = JSON.parse(await get(asked[2]!)) as Pick<GridView, 'chains'>;
    const cells = chains.flatMap(({ rows }) => rows).flatMap((row) => row.cells);
    return cells.filter(({ state }) => state === 'failed').length === 2 && cells.every(({ state }) => state !== 'running');
  });
  const before = await answers();
  expect((await linesOf('site:20260203')).map(({ message }) => message)).toContain('the index is away');

  const logs = join(folder.dir, '.daychain/logs');
  expect(readdirSync(logs).length).toBeGreaterThan(0);
  rmSync(logs, { recursive: true });

  expect(await answers()).toEqual(before);
  expect(await linesOf('site:20260203')).toEqual([]);
  // The worker goes on, and so does its log.
  expect((await folder.run('run', 'task_crawl', '--date', '20260205', '--wait')).exit).toBe(0);
  await eventually('new lines', async () => (await linesOf('task_crawl:20260205')).length > 0);
});

/** Without the instant of the answer, without ages, which seconds change, and without when a worker last asked for work. */
function timeless(text: string): string {
  const { at: _, ...rest } = JSON.parse(text) as Record<string, unknown>;
  return JSON.stringify(rest)
    .replaceAll(/"lastPoll":"[^"]*"/g, '"lastPoll":"lately"')
    .replaceAll(/\d+(?:\.\d+)? (?:ms|s|min|h)(?: \d+ (?:s|min))*(?= ago)/g, 'a while');
}
