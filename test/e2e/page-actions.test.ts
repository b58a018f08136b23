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
/** A task that has failed, in its chain's date. */
const failedTask = ({ dates }: Recorded): string => `/runs/daily-chain:${dates.at(-5)}?task=task_rag_indexing`;

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).first();
const said = async (page: Page): Promise<string | null> => await page.getByRole('status').textContent();
const focused = async (page: Page): Promise<string | null> =>
  await page.evaluate(() => (document.activeElement === document.body ? null : (document.activeElement?.textContent ?? null)));

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

describe('what is asked in place', () => {
  test('takes what is typed from the moment it is there: its first field has the focus', async ({ visit }) => {
    const { page } = await visit(grid);
    const focus = button(page, 'Run…').evaluate((opener: HTMLElement) => {
      const seen = new Promise<boolean>((resolve) => {
        new MutationObserver(() => {
          const form = document.querySelector('form.ask');
          if (form !== null) resolve(form.contains(document.activeElement));
        }).observe(document.body, { childList: true, subtree: true });
      });
      opener.click();
      return seen;
    });
    expect(await focus).toBe(true);
  });
});

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

describe('an answer that says nothing was done', () => {
  test('is told once: asked again, it is a new question', async ({ visit }) => {
    const { page, server } = await visit(grid);
    await button(page, 'Run…').click();
    server.outcome = { outcome: 'completed' };
    await button(page, 'Run').click();
    await page.getByRole('form').getByText(en.nothing.completed(daily)).waitFor();
    server.outcome = { outcome: 'started' };
    await button(page, 'Run').click();
    await page.getByRole('form').waitFor({ state: 'detached' });
    expect(new Set(server.keys).size).toBe(2);
  });

  const daily = 'daily-chain';
  const index = ({ dates }: Recorded): string => `task_rag_indexing ${dates.at(-5)}`;
  const report = ({ dates }: Recorded): string => `daily-chain ${dates.at(-5)}`;
  test.for<[string, (recorded: Recorded) => string, string, object, (recorded: Recorded) => string]>([
    ['run', grid, 'Run', { outcome: 'completed' }, () => en.nothing.completed(daily)],
    ['run', grid, 'Run', { outcome: 'running' }, () => en.nothing.running(daily)],
    ['pause', grid, 'Pause', { outcome: 'already' }, () => en.nothing.already(daily)],
    ['backfill', grid, 'Backfill', { outcome: 'nothing_to_do' }, () => en.nothing.nothing_to_do(daily)],
    ['skip', failedTask, 'Skip', { outcome: 'accepted' }, (recorded) => en.nothing.accepted(index(recorded))],
    [
      'rerun',
      failedTask,
      'Rerun from here',
      { outcome: 'nothing_to_do' },
      (recorded) => en.nothing.nothing_to_do(report(recorded)),
    ],
    [
      'hold of a backfill',
      () => '/backfills',
      'Hold',
      { applied: false },
      () => en.nothing.accepted('backfill:daily-chain:a1b2'),
    ],
    [
      'cancel of a backfill',
      () => '/backfills',
      'Cancel',
      { outcome: 'already' },
      () => en.nothing.already('backfill:daily-chain:a1b2'),
    ],
  ])('leaves the form of a %s open with that sentence, and says it', async ([, address, verb, answer, sentence], { visit }) => {
    const { page, server } = await visit(address);
    await button(page, `${verb}…`).click();
    const form = page.getByRole('form');
    for (const [label, text] of [
      ['From', '2026-01-01'],
      ['To', '2026-01-02'],
      ['Reason', 'why not'],
    ] as const) {
      const field = form.getByLabel(label, { exact: true });
      if ((await field.count()) > 0) await field.fill(text);
    }
    server.outcome = answer;
    await button(page, verb).click();
    await form.getByText(sentence(server.recorded)).waitFor();
    expect(await said(page)).toBe(sentence(server.recorded));
  });
});

describe('params', () => {
  test('are sent as they stand when Enter follows the last key at once', async ({ visit }) => {
    const { page, server } = await visit((recorded) => {
      recorded.grid.chains[0]!.kind = 'task';
      return '/';
    });
    await button(page, 'Run…').click();
    const limit = page.getByRole('form').getByLabel(/^limit/);
    await limit.fill('5');
    await page.getByText(`--params '{"limit":5}'`).waitFor();
    await limit.evaluate(async (element) => {
      const input = element as HTMLInputElement;
      input.value = '57';
      input.dispatchEvent(new InputEvent('input', { bubbles: true }));
      // What was drawn of it stands; nothing was painted yet.
      for (let turn = 0; turn < 20; turn++) await Promise.resolve();
      input.form!.requestSubmit();
    });
    await page.getByRole('form').waitFor({ state: 'detached' });
    expect(server.acted.map(({ body }) => body)).toEqual([{ id: 'daily-chain', params: { limit: 57 } }]);
  });
});

describe('when what can be done changes', () => {
  const openDate = ({ dates }: Recorded): string => `/runs/daily-chain:${dates.at(-1)}`;
  const holdIt = (server: RecordedServer, held: boolean): void => {
    const { date } = server.recorded;
    date.held = held ? { by: 'marie', reason: 'wait', until: new Date(Date.now() + 3_600_000).toISOString() } : null;
  };
  const until = async (page: Page, server: RecordedServer, verb: string): Promise<void> => {
    await expect
      .poll(async () => {
        server.tell();
        return await page.getByRole('button', { name: verb, exact: true }).count();
      })
      .toBe(1);
  };

  test('the focus stays on the button whose word changes', async ({ visit }) => {
    const { page, server } = await visit(openDate);
    await button(page, 'Hold…').focus();
    holdIt(server, true);
    await until(page, server, 'Release…');
    expect(await focused(page)).toBe('Release…');
  });

  test('a form whose wish is gone closes, says why, and does not come back unasked', async ({ visit }) => {
    const { page, server } = await visit(openDate);
    await button(page, 'Hold…').click();
    await page.getByRole('form').getByLabel('Reason').fill('wait for the index');
    holdIt(server, true);
    await until(page, server, 'Release…');
    await page.getByRole('form').waitFor({ state: 'detached' });
    await page.locator('main').getByText(en.wishGone).waitFor();
    expect(await said(page)).toBe(en.wishGone);
    expect(await focused(page)).toBe('Release…');
    holdIt(server, false);
    await until(page, server, 'Hold…');
    expect(await page.getByRole('form').count()).toBe(0);
  });

  test('another language leaves a form open, with what was typed', async ({ visit }) => {
    const { page } = await visit(openDate);
    await button(page, 'Hold…').click();
    await page.getByRole('form').getByLabel('Reason').fill('wait for the index');
    await button(page, 'Français').click();
    await button(page, 'Retenir…').waitFor();
    expect(await page.getByRole('form').getByLabel('Raison').inputValue()).toBe('wait for the index');
  });
});
