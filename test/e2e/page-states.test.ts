/** The page in a real Chromium, with recorded answers: what is rare, what goes wrong, and what must be so everywhere. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test as base } from 'vitest';
import { en } from '../../src/web/page/i18n/en.js';
import { fr } from '../../src/web/page/i18n/fr.js';
import { root } from '../architecture/tracked-files.js';
import { expectNoProblems, launchChromium, NO_CHROMIUM, openPage, spokenTexts, type WatchedPage } from '../support/browser.js';
import type { Recorded } from '../web/page/recorded.js';
import { type RecordedServer, startRecordedServer } from '../web/page/recorded-server.js';

let browser: Browser | null = null;
let server: RecordedServer;
const opened: { close(): Promise<void> }[] = [];

beforeAll(async () => {
  browser = await launchChromium();
  server = await startRecordedServer();
});
afterEach(async () => {
  server.answer = null;
  for (const one of opened.splice(0)) await one.close();
});
afterAll(async () => {
  await browser?.close();
  await server.stop();
});

const test = base.extend<{
  open: (address: string, options?: BrowserContextOptions, from?: RecordedServer) => Promise<WatchedPage>;
}>({
  open: async ({ skip }, use) => {
    const here = browser ?? skip(NO_CHROMIUM);
    await use(async (address, options = {}, from = server) => {
      const watched = await openPage(here, from.url + address, options);
      opened.push(watched);
      return watched;
    });
  },
});

/** A server of its own, for what changes the recorded answers. */
async function another(change: (recorded: Recorded) => void): Promise<RecordedServer> {
  const own = await startRecordedServer(change);
  opened.push({ close: () => own.stop() });
  return own;
}

const today = (): string => server.recorded.dates.at(-1) ?? '';
const bad = (): string => server.recorded.dates.at(-5) ?? '';
const views = (): [string, string][] => [
  ['/', '[role=grid]'],
  [`/runs/daily-chain:${today()}`, '.node'],
  [`/runs/daily-chain:${bad()}?task=task_rag_indexing`, '.attempts'],
  [`/runs/daily-chain:${today()}?tab=timeline`, '.segment'],
  [`/runs/daily-chain:${today()}?tab=log`, '.log-line'],
  ['/next', '.tick'],
  ['/backfills', '[role=progressbar]'],
  ['/backfills/backfill:daily-chain:a1b2', '[role=progressbar]'],
  ['/help', '.signs'],
  ['/no/such/view', '.empty'],
];

const PLAIN = {};

/** It is noted a moment after the words are drawn. */
async function languageIs(page: Page, lang: string): Promise<void> {
  await page.locator(`html[lang=${lang}]`).waitFor({ state: 'attached' });
}

/** What a page still says in one of these texts, once French is chosen on it. */
async function englishLeft(page: Page, english: ReadonlySet<string>) {
  await page.getByRole('button', { name: 'Français' }).click();
  await page.getByRole('navigation', { name: fr.mainMenu, exact: true }).waitFor();
  await languageIs(page, 'fr');
  return (await spokenTexts(page)).filter(({ text, lang }) => lang === 'fr' && english.has(text));
}

describe('every view', () => {
  test('opens by its address, without an error and within the content policy, in light and dark, large and small; and says nothing in English that stands in the dictionary, once French is chosen', async ({
    open,
  }) => {
    const french = new Set(leaves(fr));
    const onlyEnglish = new Set(leaves(en).filter((text) => !french.has(text) && /\p{L}{3}/u.test(text)));
    expect(onlyEnglish.size).toBeGreaterThan(100);
    for (const [address, mark] of views()) {
      for (const options of [PLAIN, { colorScheme: 'dark', viewport: { width: 390, height: 780 } }] as const) {
        const watched = await open(address, options);
        const { page } = watched;
        await page.locator(mark).first().waitFor();
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        expect([address, wide]).toEqual([address, 0]);
        if (options === PLAIN) expect([address, await englishLeft(page, onlyEnglish)]).toEqual([address, []]);
        expectNoProblems(watched);
        await watched.close();
      }
    }
  });

  test('remembers the language, and begins in the browser’s', async ({ open }) => {
    const { page } = await open('/', { locale: 'fr-CA' });
    await page.getByRole('link', { name: 'Rattrapages' }).waitFor();
    await languageIs(page, 'fr');
    await page.getByRole('button', { name: 'English' }).click();
    await page.reload();
    await page.getByRole('link', { name: 'Backfills' }).waitFor();
  });
});

describe('what an address says', () => {
  test('is how far ahead the slots are shown', async ({ open }) => {
    const { page } = await open('/next?range=week');
    const week = page.getByRole('link', { name: '7 days' });
    await week.waitFor();
    expect(await week.getAttribute('aria-current')).toBe('page');
    await page.getByRole('link', { name: '24 hours' }).click();
    await page.waitForURL((url) => url.pathname === '/next' && url.search === '');
    await week.click();
    await page.waitForURL('**/next?range=week');
  });

  test('is found of a backfill that is on no first page any more', async ({ open }) => {
    const own = await another((recorded) => {
      const [line] = recorded.backfills.backfills;
      recorded.olderBackfills = [{ ...line!, workflowId: 'backfill:daily-chain:old', total: 77 }];
    });
    const { page } = await open('/backfills/backfill:daily-chain:old', {}, own);
    await page.getByText('of 77 runs').waitFor();
    const nowhere = await open('/backfills/backfill:daily-chain:none', {}, own);
    await nowhere.page.getByText('There is nothing at /api/views/backfills/').waitFor();
  });
});

function leaves(value: object): string[] {
  return Object.values(value).flatMap((inner: unknown) =>
    typeof inner === 'string' ? [inner] : typeof inner === 'object' ? leaves(inner!) : [],
  );
}

describe('a running task', () => {
  test('tells how far its items are, with a bar, also on a phone', async ({ open }) => {
    const address = `/runs/daily-chain:${today()}?task=task_contributions_analysis`;
    const { page } = await open(address, { viewport: { width: 390, height: 780 } });
    const items = page.locator('.run-head .progress');
    await items.waitFor();
    const { current } = server.recorded.running.progress!;
    expect(await items.locator('.facts span').allTextContents()).toEqual([
      '21 of 32 items',
      '2 failed',
      '40 a minute',
      'about 17\u00a0s left',
      `at ${current}`,
    ]);
    const bar = page.getByRole('progressbar', { name: 'items' });
    expect([await bar.getAttribute('aria-valuenow'), await bar.getAttribute('aria-valuemax')]).toEqual(['21', '32']);
    const widths = await bar.locator('span').evaluateAll((parts) => parts.map((part) => (part as HTMLElement).style.width));
    expect(widths).toEqual(['59.375%', '6.25%']);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBe(0);
  });
});

describe('the grid', () => {
  test('names each cell: task, date, state, what it took, and why', async ({ open }) => {
    const { page } = await open('/');
    const grid = page.getByRole('grid', { name: 'daily-chain, by date' });
    await grid.waitFor();
    for (const name of [
      /^task_rag_indexing \d+ \w+: failed, 4 attempts, in 15.min, usually 0\.3.s, connect ECONNREFUSED/,
      /^task_rag_indexing .*: waits for its lock/,
      /^task_report_generation .*: waits for the tasks before it/,
      /^task_contributions_analysis .*: running, 2 attempts/,
      /^task_contributions_analysis .*: skipped \(no work\)/,
      /^daily-chain .*: left out \(too late to start\)/,
      /^daily-chain .*: missed/,
      /^daily-chain .*: cancelled/,
      /^daily-chain .*: succeeded with warnings/,
    ]) {
      expect(await grid.getByRole('link', { name }).count(), String(name)).toBeGreaterThan(0);
    }
  });

  test('tells states apart without colour: by glyph, outline or corner', async ({ open }) => {
    const { page } = await open('/help');
    await page.locator('.signs').waitFor();
    const looks = await page.locator('.signs .cell').evaluateAll((cells) =>
      cells.map((cell) => {
        const { borderTopStyle, borderTopColor, backgroundColor } = getComputedStyle(cell);
        const outlined = borderTopColor !== 'rgba(0, 0, 0, 0)';
        const corner = getComputedStyle(cell, '::after').content !== 'none';
        const filled = backgroundColor !== 'rgba(0, 0, 0, 0)';
        return [cell.querySelector('.glyph')?.innerHTML, outlined && borderTopStyle, corner, filled].join(' ');
      }),
    );
    // Missed and left out mean the same to the eye: nothing came of the slot.
    expect(looks).toHaveLength(10);
    expect(new Set(looks).size).toBe(9);
  });

  test('the glyphs stand out of their cells in greyscale too', async ({ open }) => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const { page } = await open('/help', { colorScheme, reducedMotion: 'reduce' });
      await page.locator('.signs').waitFor();
      const contrasts = await page.locator('.signs .cell').evaluateAll((cells) => {
        const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true })!;
        const luminance = (colours: string[]): number => {
          for (const colour of colours) {
            canvas.fillStyle = colour;
            canvas.fillRect(0, 0, 1, 1);
          }
          const [r = 0, g = 0, b = 0] = [...canvas.getImageData(0, 0, 1, 1).data].map((part) => {
            const share = part / 255;
            return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
          });
          return 0.2126 * r + 0.7152 * g + 0.0722 * b;
        };
        const paper = getComputedStyle(document.documentElement).backgroundColor;
        return cells.map((cell) => {
          const { color, backgroundColor } = getComputedStyle(cell);
          const [light = 0, dark = 0] = [luminance([paper, backgroundColor, color]), luminance([paper, backgroundColor])].sort(
            (a, b) => b - a,
          );
          return { name: String(cell.className), contrast: (light + 0.05) / (dark + 0.05) };
        });
      });
      // The dash of what was skipped is meant to recede.
      for (const { name, contrast } of contrasts)
        expect([colorScheme, name, contrast >= (name.includes('skipped') ? 1.8 : 3)]).toEqual([colorScheme, name, true]);
    }
  });

  test('is walked by arrows, opened by Enter, left by Escape to where one was', async ({ open }) => {
    const { page } = await open('/');
    await page.getByRole('grid').first().waitFor();
    await page.keyboard.press('/');
    await page.keyboard.press('Enter');
    const at = (): Promise<string | null> => page.evaluate(() => document.activeElement?.getAttribute('data-cell') ?? null);
    expect(await at()).toBe('0,29');
    for (const key of ['ArrowLeft', 'ArrowLeft', 'ArrowLeft', 'ArrowLeft', 'ArrowDown', 'ArrowDown', 'ArrowDown'])
      await page.keyboard.press(key);
    expect(await at()).toBe('3,25');
    await page.keyboard.press('Enter');
    await page.waitForURL(`**/runs/daily-chain:${bad()}?task=task_rag_indexing`);
    await page.locator('.attempts').waitFor();
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('panel-title');
    await page.keyboard.press('Escape');
    await page.waitForURL(`**/runs/daily-chain:${bad()}`);
    await page.keyboard.press('Escape');
    await page.waitForURL((url) => url.pathname === '/');
    await expect.poll(at).toBe('3,25');
    await page.keyboard.press('?');
    await page.waitForURL('**/help');
    await page.keyboard.press('n');
    await page.waitForURL('**/next');
  });

  test('is left by two presses of Escape however quickly they come', async ({ open }) => {
    const { page } = await open(`/runs/daily-chain:${bad()}?task=task_rag_indexing`);
    await page.locator('.attempts').waitFor();
    const path = await page.evaluate(() => {
      for (let press = 0; press < 2; press++)
        document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }));
      return location.pathname;
    });
    expect(path).toBe('/');
    await page.getByRole('grid').first().waitFor();
  });

  test('shows what is looked for', async ({ open }) => {
    const { page } = await open('/');
    await page.getByRole('grid').first().waitFor();
    await page.getByRole('textbox', { name: 'Find' }).fill('rag');
    await expect.poll(() => page.getByRole('grid').count()).toBe(1);
    expect(await page.getByRole('rowheader').allTextContents()).toEqual(['the chain', 'task_rag_indexing']);
    await page.getByRole('textbox', { name: 'Find' }).fill('nothing of the kind');
    await page.getByText('Nothing here is called').waitFor();
  });

  test('tells politely what has changed', async ({ open }) => {
    const own = await another(() => undefined);
    const { page } = await open('/', {}, own);
    await page.getByRole('grid').first().waitFor();
    own.recorded.grid.chains[0]!.rows[0]!.cells[29] = { state: 'success', durationMs: 50_000 };
    await expect
      .poll(async () => {
        own.tell();
        return await page.getByRole('status').textContent();
      })
      .toMatch(/^Now: daily-chain \d+ \w+ succeeded$/);
  });

  test('moves nothing for who asked for calm', async ({ open }) => {
    const { page } = await open('/', { reducedMotion: 'reduce' });
    const glyph = page.locator('.cell.is-running .glyph').first();
    await glyph.waitFor();
    expect(await glyph.evaluate((element) => getComputedStyle(element).animationName)).toBe('none');
  });

  test('on a phone scrolls under its first column, and what is opened is the whole screen', async ({ open }) => {
    const { page } = await open('/', { viewport: { width: 390, height: 780 }, hasTouch: true });
    const frame = page.locator('.grid-frame').first();
    await frame.waitFor();
    const seen = await frame.evaluate((element) => ({
      moved: element.scrollLeft,
      room: element.scrollWidth > element.clientWidth,
    }));
    expect(seen).toEqual({ moved: expect.any(Number), room: true });
    expect(seen.moved).toBeGreaterThan(300);
    const name = await page.getByRole('rowheader', { name: 'task_firecrawl' }).boundingBox();
    expect(name?.x).toBeLessThan(1);
    await page.locator('.cell.is-failed').first().tap();
    const panel = page.locator('.panel');
    await panel.waitFor();
    expect(await panel.boundingBox()).toEqual({ x: 0, y: 0, width: 390, height: 780 });
    await page.getByRole('button', { name: 'Close' }).tap();
    await panel.waitFor({ state: 'detached' });
  });
});

describe('what people and programs write', () => {
  test('stays text wherever it is shown', async ({ open }) => {
    const naughty = `"><img src=x onerror="alert(1)"><script>alert(2)</script>{{7*7}}\u202e\u0000${'x'.repeat(3_000)}`;
    const own = await another((recorded) => {
      const [daily, , paused] = recorded.grid.chains;
      daily!.summary = naughty;
      daily!.rows[0]!.cells[25] = { state: 'failed', reason: naughty };
      daily!.rows[3]!.id = naughty;
      paused!.schedule.pause = { by: naughty, at: recorded.grid.at, until: null, reason: naughty };
      recorded.failed.attemptErrors[0]!.message = naughty;
      recorded.failed.orders[0]!.reason = naughty;
      recorded.failed.params = { bytes: 9, value: { [naughty]: naughty }, head: null };
      recorded.why.sentence = naughty;
      recorded.why.commands[0]!.command = naughty;
      recorded.date.graph.nodes[0]!.sentence = naughty;
    });
    const watched = await open(`/runs/daily-chain:${bad()}?task=task_rag_indexing`, {}, own);
    let alerted = false;
    watched.page.on('dialog', (dialog) => {
      alerted = true;
      void dialog.dismiss();
    });
    await watched.page.locator('.attempts').waitFor();
    expect(await watched.page.locator('main img, main script').count()).toBe(0);
    expect(await watched.page.locator('.why-sentence').textContent()).toContain('<script>alert(2)</script>{{7*7}}');
    expect(await watched.page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBe(0);
    expect(alerted).toBe(false);
    expectNoProblems(watched);
  });

  test('as an address shows that there is nothing', async ({ open }) => {
    const watched = await open(`/runs/${encodeURIComponent('<img src=x>:"><script>')}`);
    await watched.page.getByRole('grid').first().waitFor();
    expect(await watched.page.locator('main img, main script').count()).toBe(0);
    expectNoProblems(watched);
  });
});

describe('when the server is away', () => {
  test('what was known stays, greyed, with its age; and comes back by itself', async ({ open }) => {
    const own = await another(() => undefined);
    const { page } = await open('/', {}, own);
    await page.getByRole('grid').first().waitFor();
    own.answer = { status: 503, body: { detail: 'Cannot reach Temporal at 127.0.0.1:7233.', kind: 'unreachable' } };
    own.tell();
    const alert = page.getByRole('alert');
    await alert.waitFor();
    const bar = page.locator('.condition');
    expect(await bar.textContent()).toMatch(
      /Temporal does not answer\..*Cannot reach Temporal at 127\.0\.0\.1:7233\..*What you see is .* old.*daychain doctor/s,
    );
    // A screen reader says an alert again whenever it changes: what ticks stands beside it.
    const word = await alert.textContent();
    const age = bar.getByText(/What you see is/);
    const before = await age.textContent();
    await expect.poll(() => age.textContent()).not.toBe(before);
    expect(word).toContain('Temporal does not answer.');
    expect(await alert.textContent()).toBe(word);
    expect(await page.getByRole('grid').first().isVisible()).toBe(true);
    expect(await page.locator('main').getAttribute('class')).toBe('old');
    own.answer = null;
    await alert.waitFor({ state: 'detached' });
  });

  test('also our own', async ({ open }) => {
    const own = await startRecordedServer();
    const { page } = await open('/', {}, own);
    await page.getByRole('grid').first().waitFor();
    await own.stop();
    const alert = page.getByRole('alert');
    await alert.waitFor();
    expect(await page.locator('.condition').textContent()).toMatch(/The server does not answer.*daychain up/s);
    expect(await page.getByRole('grid').first().isVisible()).toBe(true);
  });

  test('a token is asked for where one is needed', async ({ open }) => {
    const own = await another(() => undefined);
    own.answer = { status: 401, body: { detail: 'Send a token', kind: 'token_needed' } };
    const { page } = await open('/', {}, own);
    await page.getByLabel('Token').fill('wrong');
    await page.getByRole('button', { name: 'Enter' }).click();
    await page.getByText('The server does not take this token.').waitFor();
    own.answer = null;
    await page.getByLabel('Token').fill('right');
    await page.getByRole('button', { name: 'Enter' }).click();
    await page.getByRole('grid').first().waitFor();
  });

  test('what asks for the token stays, with what is typed, while the server answers that it is asked too often', async ({
    open,
  }) => {
    const own = await another(() => undefined);
    own.answer = { status: 401, body: { detail: 'Send a token', kind: 'token_needed' } };
    const { page } = await open('/', {}, own);
    await page.getByLabel('Token').fill('half of it');
    own.answer = { status: 429, body: { detail: 'Too many wrong tokens from this address.', kind: 'too_often' } };
    for (let times = 0; times < 2; times++) {
      const answered = page.waitForResponse((response) => response.status() === 429);
      await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
      await answered;
    }
    expect(await page.getByLabel('Token').inputValue()).toBe('half of it');
  });
});

describe('empty states teach', () => {
  test('no chain: the file to create', async ({ open }) => {
    const own = await another((recorded) => void (recorded.grid.chains = []));
    const { page } = await open('/', {}, own);
    await page.getByRole('heading', { name: 'No chain yet.' }).waitFor();
    expect(await page.locator('pre').first().textContent()).toContain('export default defineChain({');
  });

  test('no worker: the command', async ({ open }) => {
    const own = await another((recorded) => void (recorded.grid.workers = []));
    const { page } = await open('/', {}, own);
    await page.getByText('No worker is running').waitFor();
    await page.getByText('daychain up', { exact: true }).waitFor();
  });
});

describe('actions', () => {
  test('ask once, in place, show the command line, and send what was typed', async ({ open }) => {
    const own = await another(() => undefined);
    const { page } = await open(`/runs/daily-chain:${bad()}?task=task_rag_indexing`, {}, own);
    await page.getByRole('button', { name: 'Skip…' }).click();
    const form = page.getByRole('form', { name: /^Go on without task_rag_indexing/ });
    await form.getByLabel('Reason').fill('it’s not needed');
    await form.getByText(`daychain skip task_rag_indexing ${bad()} --reason 'it’s not needed'`).waitFor();
    expect(own.acted).toEqual([]);
    await form.getByRole('button', { name: 'Skip', exact: true }).click();
    await form.waitFor({ state: 'detached' });
    expect(own.acted).toEqual([{ path: `/api/runs/task_rag_indexing%3A${bad()}/skip`, body: { reason: 'it’s not needed' } }]);
    expect(await page.getByRole('status').textContent()).toBe(`task_rag_indexing ${bad()} is skipped.`);
  });

  test('say why they were refused, and can be left', async ({ open }) => {
    const own = await another(() => undefined);
    const { page } = await open('/', {}, own);
    await page.getByRole('button', { name: 'Pause…' }).first().click();
    own.refusal = { status: 409, body: { detail: 'It is paused already.', kind: 'already' } };
    await page.getByRole('button', { name: 'Pause', exact: true }).click();
    await page.getByText('Not done. It is paused already.').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('form').waitFor({ state: 'detached' });
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Pause…');
  });
});

describe('what is sent', () => {
  const assets = (): string[] =>
    readdirSync(path.join(root, 'dist/web/page/assets')).map((name) => path.join(root, 'dist/web/page/assets', name));

  base('is at most 60 kB of script, compressed', () => {
    const scripts = assets().filter((file) => file.endsWith('.js'));
    expect(scripts).toHaveLength(1);
    expect(gzipSync(readFileSync(scripts[0]!)).length).toBeLessThanOrEqual(60_000);
  });

  base('names nothing of another host', () => {
    for (const file of [...assets(), path.join(root, 'dist/web/page/index.html')]) {
      const outside = (readFileSync(file, 'utf8').match(/(?:https?:)?\/\/[a-z0-9.-]+\.[a-z]{2,}[^"'`\s)]*/gi) ?? []).filter(
        (found) => !found.includes('www.w3.org'),
      );
      expect([path.basename(file), outside]).toEqual([path.basename(file), []]);
    }
  });
});
