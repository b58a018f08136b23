/** A person on duty before the page: real servers, a real worker, a real Chromium. */
import path from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addDays } from '../../src/time/dates.js';
import { localDate } from '../../src/time/zones.js';
import { root } from '../architecture/tracked-files.js';
import { expectNoProblems, launchChromium, NO_CHROMIUM, openPage } from '../support/browser.js';
import { type Engine, eventually, startEngine } from '../support/engine.js';
import { projectOf, serve, type Web } from '../web/web.js';

const [CHAIN, FETCH, INDEX, REPORT] = ['page-chain', 'page_fetch', 'page_index', 'page_report'] as const;

let browser: Browser | null = null;
let engine: Engine;
let web: Web;

beforeAll(async () => {
  browser = await launchChromium();
  if (browser === null) return;
  const gated = (name: string): string => `until(ctx, ctx.secrets.get('GATES') + '/${name}-' + ctx.date)`;
  engine = await startEngine({
    name: 'page-live',
    tasks: {
      [FETCH]: `{ async run(ctx) { ctx.log.info('fetching'); await ${gated('fetched')}; return { pages: 14 }; } }`,
      [INDEX]: `{ async run(ctx) {
        if (!existsSync(ctx.secrets.get('GATES') + '/mended-' + ctx.date)) throw new PermanentError('connect ECONNREFUSED 127.0.0.1:9200');
        return { documents: 14 };
      } }`,
      [REPORT]: `{
        params: z.object({ lines: z.number().int().min(1).max(9).default(3) }),
        async run({ params }) { return { lines: params.lines }; },
      }`,
    },
    chains: {
      [CHAIN]: { tasks: { [FETCH]: [], [INDEX]: [FETCH], [REPORT]: { dependsOn: [INDEX], runWhen: 'all_done' } } },
    },
  });
  web = await serve({
    project: projectOf(engine),
    host: '127.0.0.1',
    orNext: false,
    tokens: [],
    pageDir: path.join(root, 'dist/web/page'),
  });
});

afterAll(async () => {
  await browser?.close();
});

const day = (away: number): string => addDays(localDate(Date.now(), 'Europe/Paris'), away);
const node = (page: Page, task: string, state: string): Locator =>
  page.getByRole('link', { name: new RegExp(`^${task}, ${state}`) });
const cell = (page: Page, id: string, state: string): Locator =>
  page.getByRole('grid', { name: `${CHAIN}, by date` }).getByRole('link', { name: new RegExp(`^${id} [^:]*: ${state}`) });

describe('someone on duty', () => {
  test('runs a chain, sees it live, sees why it failed, mends it, runs it again and sees it green', async ({ skip }) => {
    const watched = await openPage(browser ?? skip(NO_CHROMIUM), web.url);
    const { page } = watched;
    await page.getByRole('button', { name: 'Run…' }).click();
    await page.getByRole('form').getByText('Params of its tasks').click();
    await page.getByText(`${FETCH} takes none`).waitFor();
    const lines = page.getByRole('group', { name: REPORT }).getByLabel(/^lines/);
    await lines.fill('12');
    await page.getByText('is more than 9').waitFor();
    await lines.fill('5');
    await page.getByRole('form').getByText(`daychain run ${CHAIN} --params '{"${REPORT}":{"lines":5}}'`).waitFor();
    await page.getByRole('button', { name: 'Run', exact: true }).click();

    await cell(page, CHAIN, 'running').click();
    await page.waitForURL(`**/runs/${CHAIN}:${day(0)}`);
    await node(page, FETCH, 'running').waitFor();
    await node(page, INDEX, 'waits').waitFor();
    engine.open(`fetched-${day(0)}`);

    await node(page, INDEX, 'failed').click();
    await page.waitForURL(`**/runs/${CHAIN}:${day(0)}?task=${INDEX}`);
    const detail = page.getByRole('region', { name: INDEX });
    await detail.getByText('connect ECONNREFUSED 127.0.0.1:9200').first().waitFor();
    const why = await detail.getByRole('region', { name: 'Why' }).textContent();
    const asked = await web.get(`/api/why/${INDEX}/${day(0)}?chain=${CHAIN}`);
    expect(asked.body.cause).toBe('failed');
    expect(why).toContain(asked.body.sentence);
    await node(page, REPORT, 'succeeded').waitFor();
    await cell(page, CHAIN, 'failed').waitFor();

    engine.open(`mended-${day(0)}`);
    await page.getByRole('button', { name: 'Rerun failed…' }).click();
    const form = page.getByRole('form');
    await form.getByLabel('Reason').fill('the index is back');
    await form.getByRole('button', { name: 'Rerun failed', exact: true }).click();
    await node(page, INDEX, 'succeeded').waitFor();
    await cell(page, CHAIN, 'succeeded').waitFor();
    await cell(page, INDEX, 'succeeded').waitFor();
    const report = await web.get(`/api/views/runs/${REPORT}:${day(0)}`);
    expect(report.body.output).toMatchObject({ value: { lines: 5 } });

    // What is done is repeated only with a reason.
    await page.getByRole('button', { name: 'Rerun…' }).click();
    await form.getByRole('combobox').selectOption('all, also what is done');
    await form.getByLabel('Reason').fill('once more');
    await form.getByText(`daychain rerun ${CHAIN}:${day(0)} --all --reason 'once more'`).waitFor();
    await form.getByRole('button', { name: 'Rerun', exact: true }).click();
    const repeated = async (): Promise<boolean> => {
      const { body } = await web.get(`/api/views/runs/${REPORT}:${day(0)}`);
      return JSON.stringify(body.orders).includes('once more') && body.status === 'success';
    };
    await eventually('the repeated run', repeated);
    await cell(page, CHAIN, 'succeeded').waitFor();
    expectNoProblems(watched);
    await watched.close();
  });

  test('does the same with the keyboard only', async ({ skip }) => {
    const watched = await openPage(browser ?? skip(NO_CHROMIUM), web.url);
    const { page } = watched;
    const keys = async (...all: string[]): Promise<void> => {
      for (const key of all) await page.keyboard.press(key);
    };
    const date = day(-1);
    await page.getByRole('grid').waitFor();
    await tabTo(page, 'Run…');
    await keys('Enter');
    await focusInForm(page);
    await page.keyboard.type('yesterday');
    await tabTo(page, 'Run');
    await keys('Enter');
    await page.getByRole('form').waitFor({ state: 'detached' });
    await cell(page, CHAIN, 'running').waitFor();

    // To the grid, to the day before today, and into it.
    await keys('/', 'Enter');
    await keys('End', 'ArrowLeft', 'Enter');
    await page.waitForURL(`**/runs/${CHAIN}:${date}`);
    await node(page, FETCH, 'running').waitFor();
    engine.open(`fetched-${date}`);
    await node(page, INDEX, 'failed').waitFor();
    await tabTo(page, FETCH);
    await keys('ArrowRight', 'Enter');
    await page.waitForURL(`**/runs/${CHAIN}:${date}?task=${INDEX}`);
    await page.getByRole('region', { name: INDEX }).getByText('connect ECONNREFUSED').first().waitFor();
    await cell(page, CHAIN, 'failed').waitFor();

    engine.open(`mended-${date}`);
    await tabTo(page, 'Rerun failed…', 'Shift+Tab');
    await keys('Enter');
    await focusInForm(page);
    await page.keyboard.type('mended');
    await keys('Enter');
    // The answer closes it; Escape would, too.
    await page.getByRole('form').waitFor({ state: 'detached' });
    await node(page, INDEX, 'succeeded').waitFor();
    await keys('Escape');
    await page.waitForURL(`**/runs/${CHAIN}:${date}`);
    await keys('Escape');
    await page.waitForURL((url) => url.pathname === '/');
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? ''))
      .toMatch(new RegExp(`^${CHAIN} .*: succeeded`));
    expectNoProblems(watched);
    await watched.close();
  });

  test('plans a backfill, starts it, and sees it through', async ({ skip }) => {
    const watched = await openPage(browser ?? skip(NO_CHROMIUM), web.url);
    const { page } = watched;
    const dates = [day(-4), day(-3)];
    for (const date of dates) {
      engine.open(`fetched-${date}`);
      engine.open(`mended-${date}`);
    }
    await page.getByRole('button', { name: 'Backfill…' }).click();
    const form = page.getByRole('form');
    await form.getByLabel('From').fill(dates[0] ?? '');
    await form.getByLabel('To', { exact: true }).fill(dates[1] ?? '');
    await form.getByRole('button', { name: 'Show the plan' }).click();
    await form.getByText('2 dates: 2 missing → 2 runs').waitFor();
    await form.getByRole('button', { name: 'Backfill', exact: true }).click();
    await form.waitFor({ state: 'detached' });
    await page.keyboard.press('b');
    await page.getByRole('progressbar', { name: CHAIN }).waitFor();
    await page.getByText('2 of 2 runs').waitFor();
    await page.getByText('2 done').waitFor();
    expectNoProblems(watched);
    await watched.close();
  });
});

/** What is typed before would be the page's keys. */
async function focusInForm(page: Page): Promise<void> {
  await page.getByRole('form').locator(':focus').waitFor();
}

/** Goes by Tab until what has the focus is called so. */
async function tabTo(page: Page, name: string, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> {
  for (let step = 0; step < 80; step++) {
    const here = await page.evaluate(() => {
      const { activeElement } = document;
      return activeElement?.getAttribute('aria-label') ?? activeElement?.textContent ?? '';
    });
    if (here === name || here.startsWith(`${name},`)) return;
    await page.keyboard.press(key);
  }
  throw new Error(`Tab leads to no "${name}"`);
}
