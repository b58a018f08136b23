/** A real Chromium, where one is installed. */
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { expect } from 'vitest';
import { findChromium } from './chromium.js';

/** Most that the browser may take for one thing, in milliseconds. Its own deadline is too near where a machine stalls. */
const PATIENCE_MS = 90_000;

/** What a test says that cannot run here. */
export const NO_CHROMIUM = 'no Chromium is installed here; CHROMIUM_PATH names one';

export async function launchChromium(): Promise<Browser | null> {
  const executablePath = findChromium();
  if (executablePath === null) return null;
  // Chromium refuses its sandbox to the superuser, as whom containers run.
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return await chromium.launch({ executablePath, args, timeout: PATIENCE_MS });
}

export interface WatchedPage {
  page: Page;
  /** What went wrong so far: errors of scripts, of the console, breaches of the content policy. */
  problems: string[];
  close(): Promise<void>;
}

/** A page in a browser profile of its own; everything it complains of is kept. */
export async function openPage(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<WatchedPage> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 900 },
    locale: 'en-GB',
    timezoneId: 'Europe/Paris',
    ...options,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(`${error}`));
  page.on('console', (message) => {
    // What the server refuses is told by the page itself; the browser's own line about it is no fault.
    if (message.type() === 'error' && !/Failed to load resource/.test(message.text())) problems.push(message.text());
  });
  await page.goto(url);
  return { page, problems, close: () => context.close() };
}

/** Every text a reader meets, with its language: of elements, labels, hints. */
export async function spokenTexts(page: Page): Promise<{ text: string; lang: string }[]> {
  return await page.evaluate(() => {
    const found: { text: string; lang: string }[] = [];
    const add = (text: string | null, element: Element | null): void => {
      const told = text?.trim() ?? '';
      if (told !== '') found.push({ text: told, lang: element?.closest('[lang]')?.getAttribute('lang') ?? '' });
    };
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      if (node.parentElement?.closest('script, noscript') === null) add(node.textContent, node.parentElement);
    }
    for (const element of document.querySelectorAll('*')) {
      for (const name of ['aria-label', 'title', 'placeholder', 'alt', 'aria-valuetext'])
        add(element.getAttribute(name), element);
    }
    return found;
  });
}

export function expectNoProblems({ problems }: WatchedPage): void {
  expect(problems).toEqual([]);
}
