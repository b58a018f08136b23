/**
 * Real situations in which somebody asks why a task has not run, one for every cause that can be brought about: control,
 * command line, API and page are asked about the same ones.
 */
import type { ScheduleOptionsStartWorkflowAction, WorkflowHandle } from '@temporalio/client';
import { cancelRun } from '../../src/control/cancel.js';
import { pauseSchedule } from '../../src/control/pause.js';
import { scheduleOneShot } from '../../src/control/schedule-one-shot.js';
import { startSlot } from '../../src/control/start-slot.js';
import type { WhyCause } from '../../src/control/why-view.js';
import { canonicalId, oneShotKey, shellId } from '../../src/plan/ids.js';
import type { Json, ScheduledChainInput, TaskProgress } from '../../src/plan/types.js';
import { syncProject } from '../../src/schedules.js';
import { addDays } from '../../src/time/dates.js';
import { latestSlots, nextSlots, type Slot } from '../../src/time/slots.js';
import { instantText, localDate } from '../../src/time/zones.js';
import { type Engine, type EngineOptions, eventually, failureOf, resultOf } from './engine.js';
import { quietTime } from './quiet-time.js';

export interface WhySituation {
  name: string;
  cause: WhyCause;
  /** What is asked about, once the situation is there. */
  arrange(engine: Engine): Promise<{ task: string; runKey: string }>;
  /** What the sentence must hold. */
  says?: RegExp;
  /** It wants an engine of its own, started with `worker: false`. */
  withoutWorker?: true;
}

export interface WhySituations {
  /** For `startEngine`. */
  project: EngineOptions;
  situations: WhySituation[];
  /** Deletes the schedules that were made. */
  cleanUp(engine: Engine): Promise<void>;
}

const TIME = quietTime('UTC');
const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const;
const today = localDate(Date.now(), 'UTC');
/** A date of its own for each situation that needs no slot. */
let used = 40;
const freshDate = () => addDays(today, -(used += 3));

const GATED = `{ retry: { retries: 0 }, async run(ctx) {
  ctx.heartbeat({ done: 3, of: 9 });
  ctx.log.info('waiting for the gate');
  await until(ctx, ctx.secrets.get('GATES') + '/' + ctx.task + '-' + ctx.runKey);
} }`;
const PLAIN = `{ run() { return { counted: 7 }; } }`;
const FAILS = `{ retry: { retries: 1, delay: '10 milliseconds' }, run() { throw new TaskError('the source is away'); } }`;

/** @param p what every id begins with, so that test files beside each other do not meet: two letters */
export function whySituations(p: string): WhySituations {
  const id = (name: string) => `${p}_${name}`;
  const chain = (name: string) => `${p}-${name}`;
  const daily = { daily: TIME };
  const project: EngineOptions = {
    name: `${p}-why`,
    timezone: 'UTC',
    tasks: {
      ...Object.fromEntries(['ok', 'after', 'below', 'anyway', 'shared', 'due', 'locked'].map((name) => [id(name), PLAIN])),
      ...Object.fromEntries(
        ['gate', 'one_a', 'one_b', 'overlap', 'queue', 'ended', 'cancelled'].map((name) => [id(name), GATED]),
      ),
      ...Object.fromEntries(['fails'].map((name) => [id(name), FAILS])),
      [id('flaky')]:
        `{ retry: { retries: 3, delay: '1 hour' }, run() { throw new TaskError('connect ECONNREFUSED 127.0.0.1:9200'); } }`,
      [id('no_work')]: `{ run(ctx) { return ctx.noWork('no contributions'); } }`,
      [id('busy')]: `{ postponeUntil: '23:59 +1d', condition: (ctx) => ctx.postpone('1 hour', 'the machine is busy'), run() {} }`,
      [id('patient')]:
        `{ recheck: { every: '1 hour', until: '23:59 +1d' }, run(ctx) { return ctx.noWork('the archive is empty'); } }`,
      [id('past')]: `{ dependsOnPast: true, retry: { retries: 0 }, run() { throw new TaskError('no'); } }`,
      [id('own')]: `{ schedule: { daily: '${TIME}' }, run() {} }`,
    },
    chains: {
      [chain('gated')]: { tasks: { [id('gate')]: [], [id('after')]: [id('gate')] } },
      [chain('fails')]: {
        tasks: {
          [id('fails')]: [],
          [id('below')]: [id('fails')],
          [id('anyway')]: { dependsOn: [id('fails')], runWhen: 'all_done' },
        },
      },
      [chain('one')]: { concurrency: 1, tasks: { [id('one_a')]: [], [id('one_b')]: [] } },
      [chain('retries')]: { tasks: { [id('flaky')]: [] } },
      [chain('backups')]: { tasks: { [id('busy')]: [] } },
      [chain('paused')]: { schedule: daily, tasks: { [id('ok')]: [] } },
      [chain('due')]: { schedule: daily, tasks: { [id('due')]: [] } },
      [chain('missed')]: { schedule: daily, tasks: { [id('due')]: [] } },
      [chain('unsynced')]: { schedule: daily, tasks: { [id('due')]: [] } },
      [chain('weekly')]: {
        schedule: { weekly: { on: WEEKDAYS[new Date().getUTCDay()], at: TIME } },
        tasks: { [id('shared')]: [] },
      },
      [chain('none')]: { schedule: daily, catchUp: 'none', tasks: { [id('ok')]: [] } },
      [chain('latest')]: { schedule: daily, catchUp: 'latest', tasks: { [id('ok')]: [] } },
      [chain('skip')]: { schedule: daily, catchUp: 'all', overlap: 'skip', tasks: { [id('overlap')]: [] } },
      [chain('queue')]: { schedule: daily, catchUp: 'all', overlap: 'queue', tasks: { [id('queue')]: [] } },
      [chain('ended')]: { schedule: daily, catchUp: 'all', overlap: 'queue', tasks: { [id('ended')]: [] } },
      [chain('past')]: { schedule: daily, catchUp: 'all', overlap: 'allow', tasks: { [id('past')]: [] } },
    },
  };
  const synced = ['paused', 'due', 'missed', 'weekly', 'none', 'latest', 'skip', 'queue', 'past'].map(chain);

  const timingOf = ({ registry }: Engine, of: string) => (registry.chain(of) ?? registry.timingOf(of))!;
  const slotsDue = (engine: Engine, of: string, count: number): Slot[] =>
    latestSlots(timingOf(engine, of).compiled!, Date.now(), count, Date.now() - 40 * 86_400_000).reverse();
  const slotNext = (engine: Engine, of: string): Slot => nextSlots(timingOf(engine, of).compiled!, Date.now(), 1)[0]!;
  const fire = async (engine: Engine, of: string, { scheduledFor }: Slot, inOrder = false) => {
    const { schedule, timezone } = timingOf(engine, of);
    const rule = { schedule: schedule as unknown as Json, timezone };
    const asked = inOrder ? { asked: { by: 'marie', reason: null, inOrder } } : {};
    await startSlot(engine, { chain: of, slot: scheduledFor, rule, ...asked });
    return engine.client.workflow.getHandle(shellId(of, scheduledFor));
  };
  const sync = async (engine: Engine, name: string) =>
    void (await syncProject(engine.server, engine.registry, { choice: { names: [chain(name)], tags: [] } }));
  const phase = async (engine: Engine, workflowId: string, wanted: string) =>
    await eventually(`${workflowId} ${wanted}`, async () => {
      const handle = engine.client.workflow.getHandle(workflowId);
      const seen = await handle.query<TaskProgress>('progress').catch(() => null);
      return seen?.phase === wanted;
    });
  const attempt = async (engine: Engine, workflowId: string, state: 'running' | 'retrying') =>
    await eventually(`${workflowId} ${state}`, async () => {
      const seen = await engine.client.workflow
        .getHandle(workflowId)
        .describe()
        .catch(() => null);
      const [pending] = seen?.raw.pendingActivities ?? [];
      return state === 'running'
        ? pending?.state === 2 && (pending.heartbeatDetails ?? null) !== null
        : (pending?.attempt ?? 1) > 1;
    });

  const waiting = async (shell: WorkflowHandle) =>
    await eventually('its wait', async () =>
      (await shell.describe()).raw.pendingActivities?.some(({ activityType }) => activityType?.name === 'awaitShell'),
    );

  const situations: WhySituation[] = [
    {
      name: 'a task that nothing knows',
      cause: 'no_such_task',
      says: new RegExp(`^${p}_gat ${today} is not known: .*did you mean ${p}_gate`),
      arrange: async () => Promise.resolve({ task: id('gat'), runKey: today }),
    },
    {
      name: 'a date the schedule has no slot for',
      cause: 'no_slot',
      says: /has no slot on .*: it runs on /,
      async arrange(engine) {
        await sync(engine, 'weekly');
        return { task: chain('weekly'), runKey: addDays(slotNext(engine, chain('weekly')).date, 1) };
      },
    },
    {
      name: 'a task without a schedule that nobody has run',
      cause: 'not_scheduled',
      says: /nobody has run it/,
      arrange: async () => Promise.resolve({ task: id('locked'), runKey: freshDate() }),
    },
    {
      name: 'a chain that was never synced',
      cause: 'not_synced',
      says: /not on the server yet/,
      arrange: async (engine) => Promise.resolve({ task: chain('unsynced'), runKey: slotNext(engine, chain('unsynced')).runKey }),
    },
    {
      name: 'a paused chain',
      cause: 'paused',
      says: /paused by tests since .*: key rotation\.$/,
      async arrange(engine) {
        await sync(engine, 'paused');
        const wish = { reason: 'key rotation', until: null, catchUp: false };
        await pauseSchedule(engine.server, engine.registry.project.name, chain('paused'), wish);
        return { task: id('ok'), runKey: slotNext(engine, chain('paused')).runKey };
      },
    },
    {
      name: 'a slot that lies ahead',
      cause: 'not_due',
      says: /is not due yet: its slot is /,
      async arrange(engine) {
        await sync(engine, 'due');
        return { task: chain('due'), runKey: slotNext(engine, chain('due')).runKey };
      },
    },
    {
      name: 'a one-shot that waits for its instant',
      cause: 'not_due',
      says: /the one-shot .* starts it /,
      async arrange(engine) {
        const shot = `${p}-shot-${Date.now()}`;
        const at = instantText(Date.now() + 7 * 86_400_000);
        const wish = {
          id: shot,
          at,
          kind: 'task',
          target: id('ok'),
          params: null,
          date: localDate(at, 'UTC'),
          tags: [],
        } as const;
        await scheduleOneShot(engine.server, { ...wish, tags: [] });
        return { task: id('ok'), runKey: oneShotKey(shot) };
      },
    },
    {
      name: 'a slot that fell due and was never started',
      cause: 'no_shell',
      says: /and nothing was started/,
      async arrange(engine) {
        await sync(engine, 'missed');
        await backdate(engine, chain('missed'), addDays(today, -1_000));
        return { task: chain('missed'), runKey: slotsDue(engine, chain('missed'), 1)[0]!.runKey };
      },
    },
    {
      name: 'a slot of long ago',
      cause: 'forgotten',
      says: /longer ago than the server keeps/,
      async arrange(engine) {
        await sync(engine, 'missed');
        await backdate(engine, chain('missed'), addDays(today, -1_000));
        return { task: chain('missed'), runKey: addDays(today, -900) };
      },
    },
    {
      name: 'a slot that came too late to run',
      cause: 'misfired',
      says: /was left out as misfired: would begin/,
      async arrange(engine) {
        const [slot] = slotsDue(engine, chain('none'), 1);
        await resultOf(await fire(engine, chain('none'), slot!));
        return { task: chain('none'), runKey: slot!.runKey };
      },
    },
    {
      name: 'a slot that a newer one made needless',
      cause: 'coalesced',
      says: /was left out as coalesced: a newer slot/,
      async arrange(engine) {
        const [older] = slotsDue(engine, chain('latest'), 2);
        await resultOf(await fire(engine, chain('latest'), older!));
        return { task: chain('latest'), runKey: older!.runKey };
      },
    },
    {
      name: 'a slot that met the run of the one before',
      cause: 'overlapped',
      says: /was left out as overlapped: the run of slot/,
      async arrange(engine) {
        const [older, newer] = slotsDue(engine, chain('skip'), 2);
        await fire(engine, chain('skip'), older!);
        await attempt(engine, canonicalId(id('overlap'), older!.runKey), 'running');
        await resultOf(await fire(engine, chain('skip'), newer!));
        return { task: chain('skip'), runKey: newer!.runKey };
      },
    },
    {
      name: 'a slot that waits for the one before',
      cause: 'waiting_for_slot',
      says: /waits for the slot before it, /,
      async arrange(engine) {
        const [older, newer] = slotsDue(engine, chain('queue'), 2);
        await fire(engine, chain('queue'), older!);
        await attempt(engine, canonicalId(id('queue'), older!.runKey), 'running');
        const waits = await fire(engine, chain('queue'), newer!);
        await waiting(waits);
        return { task: id('queue'), runKey: newer!.runKey };
      },
    },
    {
      name: 'a slot whose shell was terminated',
      cause: 'shell_failed',
      says: /was terminated/,
      async arrange(engine) {
        const [older, newer] = slotsDue(engine, chain('ended'), 2);
        await fire(engine, chain('ended'), older!);
        await attempt(engine, canonicalId(id('ended'), older!.runKey), 'running');
        const waits = await fire(engine, chain('ended'), newer!);
        await waiting(waits);
        await waits.terminate('by mistake');
        return { task: id('ended'), runKey: newer!.runKey };
      },
    },
    {
      name: 'a task whose parent runs',
      cause: 'waiting_for_upstream',
      says: /waits for .*_gate, which is running: attempt 1 of 1/,
      async arrange(engine) {
        const date = freshDate();
        await engine.startChain({ chain: chain('gated'), date });
        await attempt(engine, canonicalId(id('gate'), date), 'running');
        return { task: id('after'), runKey: date };
      },
    },
    {
      name: 'a task that waits until another of its chain has ended',
      cause: 'waiting_for_turn',
      says: /runs 1 at a time, now .*_one_a/,
      async arrange(engine) {
        const date = freshDate();
        await engine.startChain({ chain: chain('one'), date });
        await attempt(engine, canonicalId(id('one_a'), date), 'running');
        return { task: id('one_b'), runKey: date };
      },
    },
    {
      name: 'a task that somebody holds',
      cause: 'held',
      says: /is held by marie until .*: the data is late\.$/,
      async arrange(engine) {
        const date = freshDate();
        const hold = { by: 'marie', reason: 'the data is late', until: Date.now() + 3_600_000 };
        await engine.startTask({ task: id('ok'), date, hold });
        await phase(engine, canonicalId(id('ok'), date), 'held');
        return { task: id('ok'), runKey: date };
      },
    },
    {
      name: 'a chain that somebody holds',
      cause: 'held',
      says: /its chain .*-gated is held by paul/,
      async arrange(engine) {
        const date = freshDate();
        const hold = { by: 'paul', reason: null, until: Date.now() + 3_600_000 };
        await engine.startChain({ chain: chain('gated'), date, hold });
        await eventually('the chain', async () => {
          const handle = engine.client.workflow.getHandle(canonicalId(chain('gated'), date));
          const seen = await handle.query<{ tasks: object }>('progress').catch(() => null);
          return Object.keys(seen?.tasks ?? {}).length > 0;
        });
        return { task: id('after'), runKey: date };
      },
    },
    {
      name: 'a task of a chain that somebody holds before its turn',
      cause: 'held',
      says: /is held by marie: figures are being checked\.$/,
      async arrange(engine) {
        const date = freshDate();
        await engine.startChain({ chain: chain('gated'), date });
        await attempt(engine, canonicalId(id('gate'), date), 'running');
        const handle = engine.client.workflow.getHandle(canonicalId(chain('gated'), date));
        const order = { task: id('after'), by: 'marie', reason: 'figures are being checked' };
        await handle.executeUpdate<string, [object]>('hold', { args: [order] });
        return { task: id('after'), runKey: date };
      },
    },
    {
      name: 'a chain that somebody skipped',
      cause: 'skipped_by_operator',
      says: /was skipped today .* UTC, by marie: a holiday\.$/,
      async arrange(engine) {
        const date = freshDate();
        const skip = { by: 'marie', reason: 'a holiday' };
        await resultOf(await engine.startChain({ chain: chain('gated'), date, skip }));
        return { task: chain('gated'), runKey: date };
      },
    },
    {
      name: 'a task whose lock a stranger has',
      cause: 'locked',
      says: /a stranger holds: "old-scheduler", \d+ (?:s|min).* left\.$/,
      async arrange(engine) {
        const date = freshDate();
        await engine.locks.send(['SET', `lock:${id('locked')}:${date}`, 'old-scheduler', 'EX', '600']);
        await engine.startTask({ task: id('locked'), date });
        await phase(engine, canonicalId(id('locked'), date), 'waiting_for_lock');
        return { task: id('locked'), runKey: date };
      },
    },
    {
      name: 'a task between two attempts',
      cause: 'retrying',
      says: /waits to try again: attempt 2 of 4 begins at/,
      async arrange(engine) {
        const date = freshDate();
        await engine.startTask({ task: id('flaky'), date });
        await attempt(engine, canonicalId(id('flaky'), date), 'retrying');
        return { task: id('flaky'), runKey: date };
      },
    },
    {
      name: 'a chain whose task is between two attempts',
      cause: 'retrying',
      says: /waits for .*_flaky, which waits to try again/,
      async arrange(engine) {
        const date = freshDate();
        await engine.startChain({ chain: chain('retries'), date });
        await attempt(engine, canonicalId(id('flaky'), date), 'retrying');
        return { task: chain('retries'), runKey: date };
      },
    },
    {
      name: 'a task whose condition postpones it',
      cause: 'postponed',
      says: /is postponed and looks again at .* UTC: the machine is busy\.$/,
      async arrange(engine) {
        const date = localDate(Date.now() + 86_400_000, 'UTC');
        await engine.startTask({ task: id('busy'), date });
        await attempt(engine, canonicalId(id('busy'), date), 'retrying');
        return { task: id('busy'), runKey: date };
      },
    },
    {
      name: 'a chain whose task is postponed',
      cause: 'postponed',
      says: /waits for .*_busy, which is postponed and looks again at .* UTC: the machine is busy\.$/,
      async arrange(engine) {
        const date = freshDate();
        await engine.startChain({ chain: chain('backups'), date });
        await attempt(engine, canonicalId(id('busy'), date), 'retrying');
        return { task: chain('backups'), runKey: date };
      },
    },
    {
      name: 'a task that waits for its first work',
      cause: 'waiting_for_work',
      says: /found no work yet and looks again at .* UTC: the archive is empty\.$/,
      async arrange(engine) {
        const date = localDate(Date.now() + 86_400_000, 'UTC');
        await engine.startTask({ task: id('patient'), date });
        await attempt(engine, canonicalId(id('patient'), date), 'retrying');
        return { task: id('patient'), runKey: date };
      },
    },
    {
      name: 'a task that waits for its own past',
      cause: 'waiting_for_past',
      says: /waits for the slot before: .*_past:\d+ failed, and dependsOnPast is set/,
      async arrange(engine) {
        const [older, newer] = slotsDue(engine, chain('past'), 2);
        await failureOf(await fire(engine, chain('past'), older!, true));
        await fire(engine, chain('past'), newer!, true);
        await phase(engine, canonicalId(id('past'), newer!.runKey), 'waiting_for_run');
        return { task: id('past'), runKey: newer!.runKey };
      },
    },
    {
      name: 'a task that the worker does not have',
      cause: 'not_here',
      says: /waits for a worker that has it: this worker has no task/,
      async arrange(engine) {
        const date = freshDate();
        const spec = engine.registry.task(id('ok'))!.spec;
        const scheduledFor = instantText(Date.now());
        await engine.startTask({ task: id('ghost'), date, runKey: date, scheduledFor, params: {}, spec });
        await phase(engine, canonicalId(id('ghost'), date), 'waiting_for_worker');
        return { task: id('ghost'), runKey: date };
      },
    },
    {
      name: 'a task that runs',
      cause: 'running',
      says: /is running: attempt 1 of 1, for /,
      async arrange(engine) {
        const date = freshDate();
        await engine.startTask({ task: id('gate'), date });
        await attempt(engine, canonicalId(id('gate'), date), 'running');
        return { task: id('gate'), runKey: date };
      },
    },
    {
      name: 'a chain that runs',
      cause: 'running',
      says: /is running for .*: 0 of 2 tasks decided; under way: .*_gate\.$/,
      async arrange(engine) {
        const date = freshDate();
        await engine.startChain({ chain: chain('gated'), date });
        await attempt(engine, canonicalId(id('gate'), date), 'running');
        return { task: chain('gated'), runKey: date };
      },
    },
    {
      name: 'a task that somebody skipped',
      cause: 'skipped_by_operator',
      says: /was skipped by marie, .*: done by hand\.$/,
      async arrange(engine) {
        const date = freshDate();
        await resultOf(await engine.startTask({ task: id('ok'), date, skip: { by: 'marie', reason: 'done by hand' } }));
        return { task: id('ok'), runKey: date };
      },
    },
    {
      name: 'a task that its rule kept from running',
      cause: 'skipped_by_rule',
      says: /was not run \(upstream_failed\): runWhen all_success: .*_fails failed/,
      async arrange(engine) {
        const date = freshDate();
        await failureOf(await engine.startChain({ chain: chain('fails'), date }));
        return { task: id('below'), runKey: date };
      },
    },
    {
      name: 'a task that found no work',
      cause: 'skipped',
      says: /was skipped \(no_work\), .*: no contributions\.$/,
      async arrange(engine) {
        const date = freshDate();
        await resultOf(await engine.startTask({ task: id('no_work'), date }));
        return { task: id('no_work'), runKey: date };
      },
    },
    {
      name: 'a task that succeeded',
      cause: 'succeeded',
      says: /succeeded .* UTC, in /,
      async arrange(engine) {
        const date = freshDate();
        await resultOf(await engine.startTask({ task: id('ok'), date }));
        return { task: id('ok'), runKey: date };
      },
    },
    {
      name: 'a task that failed',
      cause: 'failed',
      says: /failed after 2 attempts, /,
      async arrange(engine) {
        const date = freshDate();
        await failureOf(await engine.startChain({ chain: chain('fails'), date }));
        return { task: id('fails'), runKey: date };
      },
    },
    {
      name: 'a chain that failed',
      cause: 'failed',
      says: /failed, .*_fails did not succeed\.$/,
      async arrange(engine) {
        const date = freshDate();
        await failureOf(await engine.startChain({ chain: chain('fails'), date }));
        return { task: chain('fails'), runKey: date };
      },
    },
    {
      name: 'a task that somebody cancelled',
      cause: 'cancelled',
      says: /was cancelled by tests, .*: wrong input\.$/,
      async arrange(engine) {
        const date = freshDate();
        const handle = await engine.startTask({ task: id('cancelled'), date });
        await attempt(engine, canonicalId(id('cancelled'), date), 'running');
        await cancelRun(engine.server, handle.workflowId, 'wrong input');
        await resultOf(handle).catch(() => {});
        return { task: id('cancelled'), runKey: date };
      },
    },
    {
      name: 'a task that was not in its chain then',
      cause: 'not_in_run',
      says: /it was not in it then/,
      async arrange(engine) {
        const date = freshDate();
        const plan = engine.registry.plan(chain('gated'));
        const tasks = plan.tasks.filter(({ id: task }) => task !== id('after'));
        engine.open(`${id('gate')}-${date}`);
        await resultOf(
          await engine.startChain({
            chain: chain('gated'),
            date,
            runKey: date,
            scheduledFor: instantText(Date.now()),
            plan: { ...plan, tasks },
          }),
        );
        return { task: id('after'), runKey: date };
      },
    },
    {
      name: 'a task that nobody works on',
      cause: 'no_worker',
      says: /no worker polls its queue/,
      withoutWorker: true,
      async arrange(engine) {
        const date = freshDate();
        await engine.startTask({ task: id('ok'), date });
        return { task: id('ok'), runKey: date };
      },
    },
  ];
  const cleanUp = async (engine: Engine) => {
    for (const schedule of synced)
      await engine.client.schedule
        .getHandle(schedule)
        .delete()
        .catch(() => {});
  };
  return { project, situations, cleanUp };
}

/** As if the schedule had been there since a date: its slots since then were to be started. */
async function backdate({ client }: Engine, id: string, date: string): Promise<void> {
  const since = `${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6)}T00:00:00Z`;
  await client.schedule.getHandle(id).update((previous) => {
    const action = previous.action as ScheduleOptionsStartWorkflowAction<(input: ScheduledChainInput) => Promise<unknown>>;
    const [input] = action.args as [ScheduledChainInput];
    const args: [ScheduledChainInput] = [{ ...input, rule: { ...input.rule!, since } }];
    return { ...previous, action: { ...action, args } };
  });
}
