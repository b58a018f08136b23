/** Command line, API and page are asked about the same situations, and tell the same. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Browser, Page } from 'playwright-core';
import type { WhyView } from '../../src/control/why-view.js';
import { launchChromium, NO_CHROMIUM, openPage } from '../support/browser.js';
import { commandEnvironment, runDaychain } from '../support/built-command.js';
import { type Engine, startEngine } from '../support/engine.js';
import { askInProcess } from '../support/in-process.js';
import { afterwards } from '../support/servers.js';
import { type WhySituation, whySituations } from '../support/why-situations.js';
import { projectOf, serve, type Web } from '../web/web.js';

const { project, situations, cleanUp } = whySituations('wz');
const idle = whySituations('wx');
/** Asked by a real process; the others without, as there are many. */
const BY_PROCESS = ['a task that failed', 'a task that nobody works on'];
const PAGE_DIR = join(import.meta.dirname, '../../dist/web/page');

let browser: Browser | null = null;
const surfaces = new Map<Engine, Surfaces>();
let engine: Engine;

interface Surfaces {
  web: Web;
  page: Page | null;
}

beforeAll(async () => {
  browser = await launchChromium();
  engine = await startEngine(project);
  afterwards(() => cleanUp(engine));
  await open(engine);
  Object.assign(process.env, commandEnvironment());
});
afterAll(async () => await browser?.close());

async function open(of: Engine): Promise<Surfaces> {
  const web = await serve({ project: projectOf(of), pageDir: PAGE_DIR });
  const page = browser === null ? null : (await openPage(browser, 'about:blank')).page;
  const opened = { web, page };
  surfaces.set(of, opened);
  return opened;
}

/** Seconds pass between two questions. */
const timeless = (text: string) => text.replaceAll(/\d+(?:\.\d+)? (?:ms|s|min|h)(?: \d+ (?:s|min))*(?![a-z])/g, 'a while');

async function byCommandLine(
  { dir }: Engine,
  name: string,
  task: string,
  runKey: string,
): Promise<{ said: string; view: WhyView }> {
  const words = ['why', task, runKey];
  const ask = BY_PROCESS.includes(name) ? runDaychain : askInProcess;
  const [said, json] = await Promise.all([ask(dir, words), ask(dir, [...words, '--json'])]);
  return { said: said.stdout, view: JSON.parse(json.stdout) as WhyView };
}

async function byPage(page: Page, web: Web, task: string, runKey: string): Promise<string> {
  await page.goto(`${web.url}/runs/${task}:${runKey}`);
  return (await page.locator('.why-sentence').first().textContent()) ?? '';
}

async function askAll(of: Engine, { name, cause, says }: WhySituation, task: string, runKey: string): Promise<void> {
  const { web, page } = surfaces.get(of)!;
  const [answer, line, shown] = await Promise.all([
    web.get(`/api/why/${task}/${runKey}`),
    byCommandLine(of, name, task, runKey),
    page && byPage(page, web, task, runKey),
  ]);
  const view = answer.body as WhyView;
  expect(answer.status).toBe(200);
  expect(view.cause).toBe(cause);
  expect(view.sentence).toMatch(says ?? /./);
  expect(line.view.cause).toBe(cause);
  expect(timeless(line.view.sentence)).toBe(timeless(view.sentence));
  expect(line.view.commands).toEqual(view.commands);
  const words = timeless(line.said).replaceAll(/\s+/g, ' ');
  expect(words).toContain(timeless(view.sentence).replaceAll(/\s+/g, ' '));
  if (shown !== null) expect(timeless(shown)).toBe(timeless(view.sentence));
}

describe('command line, API and page agree about', () => {
  test.for(situations.filter(({ withoutWorker }) => !withoutWorker).map((one) => [one.name, one] as const))(
    '%s',
    async ([, situation], { skip }) => {
      const { task, runKey } = await situation.arrange(engine);
      await askAll(engine, situation, task, runKey);
      if (browser === null) skip(NO_CHROMIUM);
    },
  );

  test.for(idle.situations.filter(({ withoutWorker }) => withoutWorker).map((one) => [one.name, one] as const))(
    '%s',
    async ([, situation], { skip }) => {
      const without = await startEngine({ ...idle.project, worker: false });
      afterwards(() => idle.cleanUp(without));
      await open(without);
      const { task, runKey } = await situation.arrange(without);
      await askAll(without, situation, task, runKey);
      if (browser === null) skip(NO_CHROMIUM);
    },
  );
});
