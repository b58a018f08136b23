/** What the command line does and HTTP does not: every command has its routes, or stands in the documentation as local. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { describeProgram } from '../../src/cli/described.js';
import { root } from '../architecture/tracked-files.js';
import { bareApi, bareProject } from './web.js';

/** Routes by command, as `method path`; null: it stays where it is typed. */
const ROUTES: Readonly<Record<string, readonly string[] | null>> = {
  ...{ up: null, worker: null, web: null, completion: null },
  ...{ 'new task': null, 'new chain': null, 'new project': null, 'import crontab': null },
  sync: ['post /api/sync'],
  check: ['get /api/check'],
  list: ['get /api/chains', 'get /api/tasks', 'get /api/retryables'],
  status: ['get /api/status'],
  next: ['get /api/next', 'get /api/gaps'],
  preview: ['get /api/preview'],
  show: ['get /api/runs/{run}', 'get /api/runs/{run}/tasks'],
  logs: ['get /api/runs/{run}/logs'],
  why: ['get /api/why/{id}/{date}'],
  plan: ['get /api/chains/{chain}/plan'],
  graph: ['get /api/chains/{chain}/graph', 'get /api/dates/{chain}/{runKey}'],
  history: ['get /api/schedules/{id}/history'],
  stats: ['get /api/stats', 'get /api/stats.csv'],
  ...{ retries: ['get /api/retries'], keys: ['get /api/keys'] },
  'retries list': ['get /api/retries'],
  'retries show': ['get /api/retries/{call}'],
  'retries now': ['post /api/runs/{run}/retry', 'post /api/retries/{call}/now'],
  'retries cancel': ['post /api/runs/{run}/cancel', 'post /api/retries/{call}/cancel'],
  notices: ['get /api/notices'],
  'notices list': ['get /api/notices'],
  'notices test': ['post /api/notices/test'],
  locks: ['get /api/locks'],
  'keys list': ['get /api/keys'],
  'keys delete': ['post /api/keys/delete'],
  doctor: ['get /api/doctor'],
  run: ['post /api/runs'],
  rerun: ['post /api/runs/{run}/rerun'],
  at: ['post /api/one-shots'],
  'at list': ['get /api/one-shots'],
  'at cancel': ['post /api/one-shots/{id}/cancel'],
  'at hold': ['post /api/one-shots/{id}/hold'],
  'at release': ['post /api/one-shots/{id}/release'],
  backfill: ['post /api/backfills'],
  'backfill list': ['get /api/backfills'],
  'backfill show': ['get /api/backfills/{backfill}'],
  'backfill hold': ['post /api/backfills/{backfill}/hold'],
  'backfill release': ['post /api/backfills/{backfill}/release'],
  'backfill cancel': ['post /api/backfills/{backfill}/cancel'],
  ...Object.fromEntries(['skip', 'hold', 'release', 'retry', 'cancel'].map((verb) => [verb, [`post /api/runs/{run}/${verb}`]])),
  pause: ['post /api/schedules/{id}/pause'],
  resume: ['post /api/schedules/{id}/resume'],
  unlock: ['post /api/locks/{task}/{date}/release'],
  cleanup: ['get /api/cleanup', 'post /api/cleanup'],
};

it('every command that does something has its routes, or is documented as local', async () => {
  const commands = (await describeProgram()).filter((command) => command.acts && command.path !== '');
  expect(commands.map((command) => command.path).sort()).toEqual(Object.keys(ROUTES).sort());

  const project = await bareProject({ name: 'web-commands', tasks: { task_a: '{ run: () => ({}) }' } });
  const declared = new Set(bareApi({ project }).routes.map((route) => `${route.method} ${route.path}`));
  const documented = readFileSync(path.join(root, 'docs/http-api.md'), 'utf8');
  const local = documented.split('\n## ').find((part) => part.startsWith('What stays in the terminal'))!;
  for (const [command, routes] of Object.entries(ROUTES)) {
    for (const route of routes ?? []) expect(declared, command).toContain(route);
    if (routes === null) expect(local).toContain(`\`${command.split(' ')[0]}\``);
  }
});
