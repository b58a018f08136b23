/** Waits of a task for its condition and for its first work, with everything killed meanwhile. The artefact is a file of the body. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { TaskResult } from '../../src/plan/types.js';
import { eventually, resultOf, startEngine } from '../support/engine.js';
import { startOwnTemporal } from '../support/servers.js';
import { projectOfWorkers } from './workers.js';

/** Appends a line to a file of its own: what its run leaves behind. `ready` is a file that somebody else writes. */
const LEAVES = `(await import('node:fs')).appendFileSync(ctx.secrets.get('GATES') + '/left-' + ctx.task, ctx.taskId + '\\n');`;
const READY = `existsSync(ctx.secrets.get('GATES') + '/ready')`;
const tasks = (wait: string) => ({
  wt_postponed: `{ condition(ctx) { witness(ctx, 'asked'); return ${READY} || ctx.postpone('${wait}', 'not ready'); },
    async run(ctx) { ${LEAVES} } }`,
  wt_patient: `{ recheck: { every: '${wait}', until: '23:59 +30d' }, async run(ctx) {
    witness(ctx, 'asked');
    if (!${READY}) return ctx.noWork('nothing there');
    ${LEAVES}
  } }`,
});
const TASKS = ['wt_postponed', 'wt_patient'] as const;

describe('a wait outlives', () => {
  test('its worker: the next one looks again when it was to be, and the body runs once', async () => {
    const workers = await projectOfWorkers({ name: 'waits', tasks: tasks('6 seconds') });
    const asked = (task: string) => workers.witness().filter((line) => line.task === task);
    const left = (task: string) => {
      const file = join(workers.dir, 'gates', `left-${task}`);
      return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
    };
    const date = new Date().toISOString().slice(0, 10).replaceAll('-', '');
    const first = await workers.start();
    const handles = await Promise.all(
      TASKS.map((task) =>
        workers.client.workflow.start('runTask', {
          taskQueue: workers.taskQueue,
          workflowId: `${task}:${date}`,
          args: [{ task, date, mark: Date.now() }],
        }),
      ),
    );
    await eventually('the first looks', () => TASKS.every((task) => asked(task).length >= 1));
    await eventually('the waits', async () => {
      const described = await Promise.all(handles.map((handle) => handle.describe()));
      return described.every(({ raw }) => raw.pendingActivities?.[0]?.lastFailure);
    });
    first.process.kill('SIGKILL');
    await first.ended;
    const before = Object.fromEntries(TASKS.map((task) => [task, asked(task).length]));
    workers.open('ready');
    const second = await workers.start();
    for (const handle of handles) {
      expect(await resultOf<TaskResult>(handle, 90_000)).toMatchObject({ status: 'success', attempts: 1, attempt_errors: [] });
    }
    for (const task of TASKS) {
      expect(left(task)).toHaveLength(1);
      const looks = asked(task);
      const next = before[task]!;
      expect(looks).toHaveLength(next + 1);
      // Not before its time, whoever was gone meanwhile.
      expect(looks[next]!.at - looks[next - 1]!.at).toBeGreaterThanOrEqual(5_900);
      expect(looks[next]!.pid).toBe(second.process.pid);
    }
    second.process.kill('SIGKILL');
  });

  test('its worker killed in the middle of a look: it looks again, and has used an attempt up', async () => {
    const dies = `const mark = ctx.secrets.get('GATES') + '/died-' + ctx.task; const fs = await import('node:fs');
      if (fs.existsSync(ctx.secrets.get('GATES') + '/looked-' + ctx.task) && !fs.existsSync(mark)) { fs.writeFileSync(mark, ''); process.kill(process.pid, 'SIGKILL'); }
      fs.writeFileSync(ctx.secrets.get('GATES') + '/looked-' + ctx.task, '');`;
    const workers = await projectOfWorkers({
      name: 'waits-die',
      tasks: {
        wt_dies: `{ heartbeat: '4 seconds', retry: { retries: 6, delay: '1 second' }, recheck: { every: '1 second', until: '23:59 +30d' }, async run(ctx) {
          ${dies}
          if (!fs.existsSync(mark)) return ctx.noWork('nothing there');
          ${LEAVES}
        } }`,
      },
    });
    const date = new Date().toISOString().slice(0, 10).replaceAll('-', '');
    const first = await workers.start();
    const handle = await workers.client.workflow.start('runTask', {
      taskQueue: workers.taskQueue,
      workflowId: `wt_dies:${date}`,
      args: [{ task: 'wt_dies', date, mark: Date.now() }],
    });
    await first.ended;
    const second = await workers.start();
    const result = await resultOf<TaskResult>(handle, 90_000);
    expect(result.status).toBe('success');
    // One; more where the machine stood still for longer than a heartbeat may be late.
    expect(result.attempts).toBeGreaterThan(1);
    expect(result.attempt_errors.at(-1)).toMatchObject({ attempt: result.attempts - 1 });
    for (const { message } of result.attempt_errors) expect(message).toContain('the worker was lost');
    expect(
      readFileSync(join(workers.dir, 'gates', 'left-wt_dies'), 'utf8')
        .trim()
        .split('\n'),
    ).toHaveLength(1);
    second.process.kill('SIGKILL');
  });

  test('the server killed and started on its file', async () => {
    const own = await startOwnTemporal();
    const engine = await startEngine({ name: 'waits-server', address: own.address, tasks: tasks('4 seconds') });
    const date = new Date().toISOString().slice(0, 10).replaceAll('-', '');
    const handles = await Promise.all(TASKS.map((task) => engine.startTask({ task, date })));
    await eventually('the waits', async () => {
      const described = await Promise.all(handles.map((handle) => handle.describe()));
      return described.every(({ raw }) => raw.pendingActivities?.[0]?.lastFailure);
    });
    process.kill(own.process.pid, 'SIGKILL');
    await own.stop();
    engine.open('ready');
    await startOwnTemporal({ home: own.home, port: own.port });
    for (const handle of handles) {
      expect(await resultOf<TaskResult>(handle, 90_000)).toMatchObject({ status: 'success', attempts: 1 });
    }
    for (const task of TASKS) {
      expect(
        readFileSync(join(engine.dir, 'gates', `left-${task}`), 'utf8')
          .trim()
          .split('\n'),
      ).toHaveLength(1);
    }
    engine.worker.stop({ drainMs: 0 });
    await engine.worker.ended;
  });
});
