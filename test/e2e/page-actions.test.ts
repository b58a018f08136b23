/** Actions on the page in a real Chromium, with recorded answers: answers that are lost, say that nothing was done, or come late. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test as base } from 'vitest';
import { en } from '../../src/web/page/i18n/en.js';
import { launchChromium, NO_CHROMIUM, openPage } from '../support/browser.js';
import type { Recorded } from '../web/page/recorded.js';
import { type RecordedServer, startRecordedServer } from '../web/page/recorded-server.js';

let browser: Browser | null = null;
const opened: { close(): Promise<void> }[] = [];

beforeAll(async () => {
  browser = await launchChromium();
});
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
});
afterAll(async () => {
  await browser?.close();
});

interface Visit {
  page: Page;
  server: RecordedServer;
}

const test = base.extend<{ visit: (address: (recorded: Recorded) => string) => Promise<Visit> }>({
  visit: async ({ skip }, use) => {
    const here = browser ?? skip(NO_CHROMIUM);
    await use(async (address) => {
      const server = await startRecordedServer();
      opened.push({ close: () => server.stop() });
      const watched = await openPage(here, server.url + address(server.recorded));
      opened.push(watched);
      return { page: watched.page, server };
    });
  },
});

const grid = (): string => '/';
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).first();
/** Has the page look again, and waits until it shows what it saw: the newest change of the grid's first row. */
async function redraw(page: Page, server: RecordedServer, summary: string): Promise<void> {
  server.recorded.grid.chains[0]!.schedule.sentence = summary;
  await expect
    .poll(async () => {
      server.tell();
      return await page.getByText(summary).count();
    })
    .toBeGreaterThan(0);
}

describe('an answer that is lost', () => {
  test('says that it may have been done; the same again has the same key, also after a redraw', async ({ visit }) => {
    const { page, server } = await visit(grid);
    await button(page, 'Run…').click();
    server.loses = true;
    await button(page, 'Run').click();
    const problem = page.getByRole('form').getByRole('alert');
    await problem.waitFor();
    expect(await problem.textContent()).toContain(en.noAnswer);
    expect(await problem.textContent()).not.toContain(en.refused);
    await redraw(page, server, 'after a redraw');
    server.loses = false;
    await button(page, 'Run').click();
    await page.getByRole('form').waitFor({ state: 'detached' });
    expect(server.keys).toHaveLength(2);
    expect(server.keys[1]).toBe(server.keys[0]);
  });

  test('and an edited wish is another one', async ({ visit }) => {
    const { page, server } = await visit(grid);
    await button(page, 'Run…').click();
    server.loses = true;
    await button(page, 'Run').click();
    await page.getByRole('form').getByRole('alert').waitFor();
    server.loses = false;
    await page.getByRole('form').getByLabel('Date').fill('yesterday');
    await button(page, 'Run').click();
    await page.getByRole('form').waitFor({ state: 'detached' });
    expect(new Set(server.keys).size).toBe(2);
  });

  test('is not said of what was refused, and asked again that is a new question', async ({ visit }) => {
    const { page, server } = await visit(grid);
    await button(page, 'Pause…').click();
    server.refusal = { status: 409, body: { detail: 'Somebody pauses it.', kind: 'busy' } };
    await button(page, 'Pause').click();
    await page.getByText(`${en.refused} Somebody pauses it.`).waitFor();
    server.refusal = null;
    await button(page, 'Pause').click();
    await page.getByRole('form').waitFor({ state: 'detached' });
    // The server repeats its answer to a key: with the old one it could never be done.
    expect(server.keys).toHaveLength(2);
    expect(new Set(server.keys).size).toBe(2);
  });
});
