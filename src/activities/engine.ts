/** The engine's own activities: what workflows must ask the registry, the server or Redis. */
import { Context } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { LockStoreUnreachable } from '../lock/errors.js';
import { parseLockValue } from '../lock/protocol.js';
import type { LockStore } from '../lock/redis-store.js';
import { durationText } from '../plan/duration.js';
import { canonicalId } from '../plan/ids.js';
import { MEMO } from '../plan/names.js';
import type {
  Asked,
  AwaitedRun,
  CleanedRuns,
  Json,
  JsonObject,
  Looked,
  PeekedRun,
  ResolvedChainInput,
  ResolvedTaskInput,
  ResumeLaterInput,
  RunChainInput,
  RunTaskInput,
  TaskResult,
  Upstream,
} from '../plan/types.js';
import type { Registry } from '../registry/index.js';
import { looked } from './looked.js';
import { createNoticeActivities, type SendNotice } from './notices.js';
import { createPastActivities } from './past.js';
import { createPauseActivities } from './pauses.js';
import { seeRun } from './runs.js';
import { isUnimplemented } from './shells.js';
import { createSlotActivities } from './slots.js';
import { readWhoCancelled } from './who-cancelled.js';

export interface EngineParts {
  registry: Registry;
  locks: LockStore;
  client: Client;
  namespace: string;
  taskQueue: string;
  /** Ends the pause of one of the project's schedules. */
  resumeSchedule(input: ResumeLaterInput): Promise<{ outcome: string }>;
  sendNotice: SendNotice;
  /** Address of the page, for links in notices; null where nobody told. */
  pageUrl: string | null;
  /** Deletes closed runs that are older than their schedules keep them. */
  cleanUpRuns(): Promise<CleanedRuns[]>;
}

export type EngineActivities = ReturnType<typeof createEngineActivities>;

export function createEngineActivities({
  registry,
  locks,
  client,
  namespace,
  taskQueue,
  resumeSchedule,
  cleanUpRuns,
  ...notices
}: EngineParts) {
  return {
    /** Fills in what a runTask input leaves out, from today's files. */
    async resolveTask(input: RunTaskInput): Promise<Looked<ResolvedTaskInput>> {
      return looked(registry.resolveTask(input, now()));
    },

    async resolveChain(input: RunChainInput): Promise<Looked<ResolvedChainInput>> {
      return looked(registry.resolveChain(input, now()));
    },

    ...createSlotActivities({ registry, client, namespace, taskQueue }),
    ...createPastActivities({ registry, client, taskQueue }),
    ...createNoticeActivities({ registry, client, taskQueue, send: notices.sendNotice, pageUrl: notices.pageUrl }),

    /** What the parents' own runs of this run key ended with: for a task run without its chain. */
    async upstreamOf({ task, runKey }: { task: string; runKey: string }): Promise<Upstream> {
      const upstream: Upstream = {};
      for (const parent of registry.parentsOf(task)) {
        const seen = await seeRun(client, canonicalId(parent, runKey));
        const end = seen === null || seen.open ? null : await seen.end();
        const result = end?.result as TaskResult | null | undefined;
        upstream[parent] =
          result && typeof result === 'object' && 'output' in result
            ? { status: result.status, kind: result.kind, reason: result.reason, output: result.output }
            : { status: 'pending', kind: null, reason: null, output: {} };
      }
      return upstream;
    },

    /** Waits for a run by failing until it has closed: holds no slot, writes no events. */
    async awaitRun({ workflowId, params }: { workflowId: string; params?: JsonObject }): Promise<AwaitedRun> {
      const seen = await seeRun(client, workflowId);
      if (seen === null) return { end: 'absent' };
      if (seen.taskQueue !== taskQueue) return { end: 'id_taken', taskQueue: seen.taskQueue };
      const theirs = seen.memo[MEMO.params] as Json | undefined;
      if (params !== undefined && theirs !== undefined && !sameJson(params, theirs)) return { end: 'other_params', theirs };
      if (!seen.open) return { ...(await seen.end()), closedAt: seen.closedAt };
      const { attempt } = Context.current().info;
      throw ApplicationFailure.create({
        type: 'still_running',
        message: `${workflowId} is running; its end is taken`,
        category: 'BENIGN',
        nextRetryDelay: Math.min(250 * 2 ** Math.min(attempt - 1, 10), 15_000),
      });
    },

    async peekRun({ workflowId }: { workflowId: string }): Promise<PeekedRun> {
      const seen = await seeRun(client, workflowId);
      if (seen === null) return { end: 'absent' };
      return seen.open ? { end: 'open' } : await seen.end();
    },

    /** The newest completed run of an ID besides this one. Null too where the server cannot list (the time-skipping one). */
    async findCompletedRun({ workflowId, butNot }: { workflowId: string; butNot: string }): Promise<{ result: Json } | null> {
      try {
        const query = `WorkflowId = '${workflowId.replaceAll("'", "''")}' AND ExecutionStatus = 'Completed'`;
        for await (const found of client.workflow.list({ query })) {
          if (found.runId === butNot) continue;
          const end = await (await seeRun(client, workflowId, found.runId))?.end();
          if (end?.end === 'completed') return { result: end.result };
        }
        return null;
      } catch (error) {
        if (!isUnimplemented(error)) throw error;
        Context.current().log.warn('this server cannot list runs: whether an earlier one completed is not known', { workflowId });
        return null;
      }
    },

    /** Waits until a lock is free or the run's own, or the date is done by a legacy success key; by failing, as awaitRun does. */
    async awaitLock(wanted: { task: string; date: string; runKey: string; taskId: string; by: 'date' | 'run' }): Promise<void> {
      const scope = wanted.by === 'date' ? wanted.date : wanted.runKey;
      const { attempt } = Context.current().info;
      const soon = Math.min(500 * 1.5 ** Math.min(attempt - 1, 20), 10_000);
      try {
        const { holder, ttlMs, completed } = await locks.peek({ task: wanted.task, scope });
        if (holder === null || completed) return;
        // An acquire that was carried out though its answer was lost: the next attempt takes it over.
        if (parseLockValue(holder)?.taskId === wanted.taskId) return;
        const left = ttlMs === null ? 'it never expires' : `${durationText(ttlMs)} left`;
        throw waiting(
          `lock:${wanted.task}:${scope} is held by ${holder} (${left})`,
          ttlMs === null ? soon : Math.min(ttlMs + 50, soon),
        );
      } catch (error) {
        if (!(error instanceof LockStoreUnreachable)) throw error;
        throw waiting(error.message, soon);
      }
    },

    /** Who asked for a run's cancellation, and why: the workflow itself is not told. */
    async whoCancelled({ workflowId, runId }: { workflowId: string; runId: string }): Promise<Asked> {
      return await readWhoCancelled(client, namespace, workflowId, runId);
    },

    /** Ends a schedule's pause, if it is still that one. */
    async resumeSchedule(input: ResumeLaterInput): Promise<{ outcome: string }> {
      return await resumeSchedule(input);
    },

    cleanUpRuns,

    ...createPauseActivities({ client, namespace }),
  };
}

function waiting(message: string, nextRetryDelay: number): ApplicationFailure {
  return ApplicationFailure.create({ type: 'waiting_for_lock', message, category: 'BENIGN', nextRetryDelay });
}

/** The server's time, so that simulated time counts as well. Epoch milliseconds. */
function now(): number {
  return Context.current().info.currentAttemptScheduledTimestampMs;
}

function sameJson(a: Json, b: Json): boolean {
  return canonicalJson(a) === canonicalJson(b);
}

/** JSON with keys in order, so that equal values are equal texts. */
function canonicalJson(value: Json): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
