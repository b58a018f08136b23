/** The compliance example with its worker killed in the middle, and with the services it calls away. */
import { once } from 'node:events';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { callNow } from '../../src/control/call-orders.js';
import { listCalls } from '../../src/control/calls.js';
import type { CallResult } from '../../src/plan/calls.js';
import { openSql } from '../../src/kit/sql/client.js';
import { type Engine, eventually, resultOf, startEngine, within } from '../support/engine.js';
import { afterwards, redisPort, temporalAddress } from '../support/servers.js';
import { projectOfWorkers } from './workers.js';
import { listenLocally } from '../support/http.js';

const EXAMPLE = fileURLToPath(new URL('../../examples/compliance', import.meta.url));
const { reports } = JSON.parse(readFileSync(join(EXAMPLE, 'data/sample.json'), 'utf8')) as {
  reports: { id: number; emissions: number; allowance: number }[];
};
const owing = reports.filter(({ emissions, allowance }) => emissions > allowance);
/** Lost attempts are soon made up for, also those a machine loses that stands still. */
const SOON = {
  "retries: 3, delay: '5 minutes'": "retries: 20, delay: '1 second'",
  'defaults: {': "defaults: { heartbeat: '15 seconds',",
};
/** Its database works in this process, and keeps it from everything else meanwhile. */
const PATIENT = { 'defaults: {': "defaults: { heartbeat: '2 minutes'," };

function configure(dir: string, ...more: string[]): void {
  const lines = [`TEMPORAL_ADDRESS=${temporalAddress()}`, 'REDIS_HOST=127.0.0.1', `REDIS_PORT=${redisPort()}`, ...more];
  writeFileSync(join(dir, '.env'), `${lines.join('\n')}\n`);
}

interface Row {
  report_id: number;
}

test(
  'a worker killed while reports are taken in: another goes on, and nothing is there twice',
  { timeout: 400_000 },
  async () => {
    const workers = await projectOfWorkers({ name: 'compliance-killed', copyOf: EXAMPLE, replaced: SOON });
    configure(workers.dir);
    const outbox = join(workers.dir, 'out', 'mail');
    const mails = (kind: string) => (existsSync(outbox) ? readdirSync(outbox).filter((file) => file.startsWith(`${kind}.`)) : []);
    const first = await workers.start({ holdAtFiles: [{ path: 'mail_report_received', count: 4 }] });
    const held = once(first.process, 'message');
    const handle = await workers.client.workflow.start('runTask', {
      taskQueue: workers.taskQueue,
      workflowId: 'take_in_reports:20260601',
      args: [{ task: 'take_in_reports', date: '20260601', mark: Date.now() }],
    });
    await within(120_000, 'the fourth mail', held);
    first.process.kill('SIGKILL');
    await first.ended;
    // Three; fewer where an attempt was lost before and had written one of them a second time.
    const before = mails('mail_report_received').length;
    expect(before).toBeGreaterThan(0);
    expect(before).toBeLessThanOrEqual(3);
    const second = await workers.start();
    expect(await resultOf(handle, 180_000)).toMatchObject({ status: 'success' });
    second.process.kill('SIGTERM');
    await second.ended;

    expect(mails('mail_report_received')).toHaveLength(reports.length);
    expect(mails('mail_obligation_created')).toHaveLength(owing.length);
    const db = await openSql<{ obligations: Row; billing_entries: Row & { key: string }; journal: { line: string } }>(
      {},
      workers.dir,
    );
    afterwards(() => db.destroy());
    const rows = await db.selectFrom('obligations').select('report_id').orderBy('report_id').execute();
    expect(rows.map(({ report_id }) => report_id)).toEqual(reports.map(({ id }) => id));
    const lines = await db.selectFrom('journal').select('line').execute();
    expect(lines.map(({ line }) => line).sort()).toEqual(reports.map(({ id }) => `report ${id} taken in`));
    const entries = await db.selectFrom('billing_entries').select('key').execute();
    expect(entries.map(({ key }) => key).sort()).toEqual(owing.map(({ id }) => `obligation-${id}`).sort());
  },
);

test(
  'a billing service that is down: the task succeeds, its calls are kept, and arrive once it is back',
  { timeout: 400_000 },
  async () => {
    const service = await startService();
    const engine: Engine = await startEngine({
      name: 'compliance-away',
      copyOf: EXAMPLE,
      replaced: PATIENT,
      environment: { BILLING_URL: service.url },
    });
    configure(engine.dir, `BILLING_URL=${service.url}`);
    // With PGlite in this process, what the worker has open is what its tasks call with.
    const taken = await resultOf(await engine.startTask({ task: 'take_in_reports', date: '20260602' }), 180_000);
    expect(taken).toMatchObject({ status: 'success', reports_taken_in: reports.length });
    const { calls } = await eventually('the calls', async () => {
      const found = await listCalls(engine.server, { name: 'integrate_obligation', tag: 'elicensing' });
      return found.calls.length === owing.length ? found : null;
    });
    expect(calls[0]).toMatchObject({ attempt: 2, attempts: 3 });
    expect(calls[0]!.lastError).toContain('503');

    service.up = true;
    for (const { call } of calls) await callNow(engine.server, call, 'the service is back');
    for (const { call } of calls) {
      const result = await resultOf<CallResult>(engine.client.workflow.getHandle(call), 90_000);
      expect(result).toMatchObject({ status: 'success', attempts: 2 });
    }
    expect([...service.taken.keys()].sort()).toEqual(owing.map(({ id }) => `obligation-${id}`).sort());
  },
);

/** Takes what it is sent, by its Idempotency-Key, once it is up. */
async function startService(): Promise<{ url: string; up: boolean; taken: Map<string, unknown> }> {
  const service = { url: '', up: false, taken: new Map<string, unknown>() };
  const server = createServer((request: IncomingMessage, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      if (service.up) service.taken.set(String(request.headers['idempotency-key']), JSON.parse(body));
      if (service.up) return void response.writeHead(201).end();
      // Not soon: whoever asks does not wait for it here.
      response.writeHead(503, { 'retry-after': '3600' }).end();
    });
  });
  service.url = (await listenLocally(server)).url;
  return service;
}
