/** The scripts of docker-compose.yml, run against real servers. */
import { execFile } from 'node:child_process';
import { chmodSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createServer } from 'node:http';
import { expect, test } from 'vitest';
import { openConnection } from '../../src/connections/connection.js';
import { SEARCH_ATTRIBUTES } from '../../src/plan/names.js';
import { startEngine } from '../support/engine.js';
import { PROCESS_MS } from '../support/patience.js';
import { writeProject } from '../support/project.js';
import { afterwards, redisPort, temporaryFolder, temporalAddress, temporalBinary } from '../support/servers.js';
import { listenLocally } from '../support/http.js';

const DEPLOY = fileURLToPath(new URL('../../deploy/', import.meta.url));

interface Ended {
  exit: number;
  stdout: string;
  stderr: string;
}
function run(program: string, words: string[], env: Record<string, string>): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(
      program,
      words,
      { env: { PATH: process.env['PATH']!, HOME: process.env['HOME'] ?? '/', ...env }, timeout: PROCESS_MS },
      (error, stdout, stderr) =>
        resolve({ exit: error === null ? 0 : typeof error.code === 'number' ? error.code : -1, stdout, stderr }),
    );
  });
}

test('temporal-namespace.sh makes a namespace fit, mends one that is not, and can be repeated', async () => {
  const { path } = temporalBinary();
  const bin = temporaryFolder();
  symlinkSync(path, join(bin, 'temporal'));
  const namespace = `made-${Date.now()}`;
  const env = {
    PATH: `${bin}${delimiter}${process.env['PATH']}`,
    TEMPORAL_ADDRESS: temporalAddress(),
    TEMPORAL_NAMESPACE: namespace,
  };
  const script = (more: Record<string, string> = {}) =>
    run('/bin/sh', [join(DEPLOY, 'temporal-namespace.sh')], { ...env, ...more });
  for (const retention of ['3d', '400d', '400d']) {
    const ended = await script({ TEMPORAL_RETENTION: retention });
    expect(ended, ended.stderr).toMatchObject({ exit: 0 });
    expect(ended.stdout).toContain(`namespace ${namespace}: closed runs are kept for ${retention}, search attributes are there`);
  }
  const connection = await openConnection({ address: temporalAddress() });
  afterwards(() => connection.close());
  const { config } = await connection.workflowService.describeNamespace({ namespace });
  expect(Number(config!.workflowExecutionRetentionTtl!.seconds)).toBe(400 * 86_400);
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  expect(Object.keys(customAttributes)).toEqual(expect.arrayContaining(Object.keys(SEARCH_ATTRIBUTES)));
});

test('temporal-schema.sh makes both databases and goes on where one is there already', async () => {
  const bin = temporaryFolder();
  const calls = join(bin, 'calls');
  writeFileSync(
    join(bin, 'temporal-sql-tool'),
    `#!/bin/sh\necho "$*" >> "$(dirname "$0")/calls"\ncase "$*" in *temporal_visibility*create) exit 1 ;; esac\n`,
  );
  chmodSync(join(bin, 'temporal-sql-tool'), 0o755);
  const env = {
    PATH: `${bin}${delimiter}${process.env['PATH']}`,
    POSTGRES_SEEDS: 'pg',
    POSTGRES_USER: 'temporal',
    SQL_PASSWORD: 'hush',
  };
  expect((await run('/bin/sh', [join(DEPLOY, 'temporal-schema.sh')], env)).exit).toBe(0);
  const steps = (database: string, folder: string) =>
    [
      'create',
      'setup-schema --version 0.0',
      `update-schema --schema-dir /etc/temporal/schema/postgresql/v12/${folder}/versioned`,
    ].map((step) => `--plugin postgres12 --ep pg --port 5432 --user temporal --database ${database} ${step}`);
  expect(readFileSync(calls, 'utf8').trim().split('\n')).toEqual([
    ...steps('temporal', 'temporal'),
    ...steps('temporal_visibility', 'visibility'),
  ]);
  const { SQL_PASSWORD: _, ...without } = env;
  const refused = await run('/bin/sh', [join(DEPLOY, 'temporal-schema.sh')], without);
  expect(refused.exit).toBeGreaterThan(0);
  expect(refused.stderr).toContain('SQL_PASSWORD');
});

test('health.mjs tells whether a worker of this machine polls, and whether the page answers', async () => {
  const engine = await startEngine({ name: `health-${Date.now()}` });
  const idle = writeProject({ name: `health-idle-${Date.now()}` });
  afterwards(idle.remove);
  const servers = { TEMPORAL_ADDRESS: temporalAddress(), REDIS_HOST: '127.0.0.1', REDIS_PORT: String(redisPort()) };
  const look = (name: string, env: Record<string, string>) =>
    run(process.execPath, [join(DEPLOY, 'health.mjs'), name], { ...servers, ...env });
  // A machine that stands still makes it give up, rightly; whoever watches a container asks again.
  const health = async (...asked: Parameters<typeof look>) => {
    const ended = await look(...asked);
    return ended.stderr.includes('no answer within') ? await look(...asked) : ended;
  };
  expect(await health('worker', { DAYCHAIN_HEALTH_PROJECT: engine.dir })).toMatchObject({ exit: 0, stderr: '' });
  const none = await health('worker', { DAYCHAIN_HEALTH_PROJECT: idle.dir });
  expect(none).toMatchObject({ exit: 1, stderr: expect.stringContaining(`health: no worker of ${hostname()} polls`) as string });
  expect((await health('worker', { DAYCHAIN_HEALTH_PROJECT: engine.dir, TEMPORAL_ADDRESS: '127.0.0.1:9' })).exit).toBe(1);

  let status = 200;
  const page = createServer((request, response) => response.writeHead(request.url === '/healthz' ? status : 404).end());
  const port = String((await listenLocally(page)).port);
  expect((await health('web', { DAYCHAIN_WEB_PORT: port })).exit).toBe(0);
  status = 503;
  expect(await health('web', { DAYCHAIN_WEB_PORT: port })).toMatchObject({ exit: 1, stderr: 'health: /healthz answers 503\n' });
  expect((await health('constructor', {})).exit).toBe(2);
});
