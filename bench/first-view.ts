/** The page as a person opens it, in a real Chromium where one is installed: how soon its grid stands there whole. */
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { readConfig } from '../src/config.js';
import { startWeb } from '../src/web/server.js';
import { findChromium } from '../test/support/chromium.js';
import type { Bed } from './bed.js';

const ROUNDS = 5;
const DEADLINE_MS = 30_000;

/**
 * Milliseconds from the address typed to the last of `cells` cells, once for each of a few browsers without a cache.
 * Null where no Chromium is.
 */
export async function firstViews({ dir, registry, address, redisPort }: Bed, cells: number): Promise<number[] | null> {
  const executablePath = findChromium();
  if (executablePath === null) return null;
  const environment = { TEMPORAL_ADDRESS: address, REDIS_HOST: '127.0.0.1', REDIS_PORT: String(redisPort) };
  const project = { dir, registry, config: readConfig(dir, environment), zoneOf: () => registry.project.timezone };
  const pageDir = fileURLToPath(new URL('../dist/web/page', import.meta.url));
  const web = await startWeb({ project, version: 'bench', port: 0, pageDir });
  const browser = await chromium.launch({ executablePath, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
  try {
    const times: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
      const page = await context.newPage();
      const begun = performance.now();
      await page.goto(web.url);
      const enough = page
        .getByRole('grid')
        .locator('a')
        .nth(cells - 1);
      await enough.waitFor({ state: 'attached', timeout: DEADLINE_MS });
      times.push(performance.now() - begun);
      await context.close();
    }
    return times;
  } finally {
    await browser.close();
    await web.close();
  }
}
