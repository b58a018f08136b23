/** The server away over three fire times; then, as early as it answers, schedules are paused, edited and deactivated. */
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from '@temporalio/client';
import { openConnection } from '../../src/connections/connection.js';
import { expect, test } from 'vitest';
import { pauseSchedule } from '../../src/control/pause.js';
import { applySync, planSync } from '../../src/control/schedules.js';
import { readSchedule } from '../../src/control/schedule-record.js';
import type { Server } from '../../src/control/server.js';
import type { Schedule } from '../../src/define/schedule-types.js';
import { shellId } from '../../src/plan/ids.js';
import type { WantedSchedule } from '../../src/registry/registry.js';
import { compileSchedule } from '../../src/time/schedule.js';
import { instantText } from '../../src/time/zones.js';
import { eventually, quietRuntime } from '../support/engine.js';
import { startOwnTemporal } from '../support/servers.js';

const EACH = 12;
/** All schedules stand by then; where a slow machine took longer, the next try has more. */
const LEADS_MS = [12_000, 36_000, 108_000];
const project = { name: `outage-${randomBytes(3).toString('hex')}`, taskQueue: 'nobody-polls' };

function wanted(id: string, schedule: Schedule): WantedSchedule {
  const { compiled, problems } = compileSchedule(schedule, 'UTC');
  expect(problems).toEqual([]);
  const policy = { catchUp: 'all' as const, startWithinMs: null, overlap: 'queue' as const, deadline: null };
  return { id, kind: 'chain', schedule, timezone: 'UTC', compiled: compiled!, sentence: compiled!.sentence, policy, tags: [] };
}

async function connect(address: string): Promise<{ server: Server; close(): Promise<void> }> {
  const connection = await openConnection({ address, connectTimeout: 10_000 });
  const client = new Client({ connection, namespace: 'default' });
  return {
    server: { client, namespace: 'default', taskQueue: project.taskQueue, by: 'tests' },
    close: () => connection.close(),
  };
}

async function sync(server: Server, inFiles: WantedSchedule[], ids: string[]) {
  const existing = await Promise.all(ids.map((id) => readSchedule(server.client, id)));
  const diff = planSync({ wanted: inFiles, existing: existing.filter((one) => one !== null), project, now: Date.now() });
  return await applySync(server, diff);
}

/** Three slots while the server is away, and one after that, which an edit may move. */
async function writeAll(server: Server, leadMs: number) {
  const base = Math.ceil((Date.now() + leadMs) / 1_000) * 1_000;
  const due = [0, 2_000, 4_000].map((ms) => instantText(base + ms));
  const later = instantText(base + 3_600_000);
  const schedule: Schedule = { at: [...due, later] };
  const ids = (kind: string) => Array.from({ length: EACH }, (_, n) => `${kind}-${n}-${randomBytes(3).toString('hex')}`);
  const [paused, edited, gone] = [ids('paused'), ids('edited'), ids('gone')];
  const all = [...paused, ...edited, ...gone];
  await sync(
    server,
    all.map((id) => wanted(id, schedule)),
    all,
  );
  return { base, due, later, paused, edited, gone, all };
}

/** Null where the first slot came before the server's end. */
async function writeAndKill(first: Awaited<ReturnType<typeof startOwnTemporal>>, leadMs: number) {
  const { server, close } = await connect(first.address);
  const written = await writeAll(server, leadMs);
  await close();
  process.kill(first.process.pid, 'SIGKILL');
  await first.stop();
  return Date.now() < written.base ? written : null;
}

test('no due slot is lost and none has two shells, whichever write comes first after the restart', async () => {
  quietRuntime();
  let first = await startOwnTemporal();
  let written = await writeAndKill(first, LEADS_MS[0]!);
  for (const leadMs of LEADS_MS.slice(1)) {
    if (written !== null) break;
    // Another server: it has no shells of the try before.
    first = await startOwnTemporal();
    written = await writeAndKill(first, leadMs);
  }
  const { base, due, later, paused, edited, gone, all } = written!;
  await delay(base + 4_500 - Date.now());

  const again = await startOwnTemporal({ home: first.home, port: first.port });
  const { server, close } = await connect(again.address);
  const writes = [
    ...paused.map((id) => pauseSchedule(server, project.name, id, { reason: 'tests', until: null, catchUp: false })),
    sync(
      server,
      edited.map((id) => wanted(id, { at: [later] })),
      edited,
    ),
    sync(server, [], gone),
  ];
  await Promise.all(writes);
  for (const id of all) {
    for (const slot of due) {
      const shell = shellId(id, slot);
      await eventually(`the shell ${shell}`, async () => {
        const found = await server.client.workflow
          .getHandle(shell)
          .describe()
          .catch(() => null);
        return found !== null;
      });
    }
  }
  const shells = await eventually('all shells in the list', async () => {
    const { count } = await server.client.workflow.count(`WorkflowType = 'scheduledChain'`);
    return count >= all.length * due.length ? { count } : null;
  });
  expect(shells.count).toBe(all.length * due.length);
  for (const id of paused) expect(await readSchedule(server.client, id)).toMatchObject({ paused: true });
  for (const id of edited) expect(await readSchedule(server.client, id)).toMatchObject({ paused: false, next: [later] });
  for (const id of gone) expect(await readSchedule(server.client, id)).toMatchObject({ paused: true });
  await close();
}, 600_000);
