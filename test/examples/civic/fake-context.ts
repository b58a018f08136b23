/** A context for running one task of the civic project without a worker. */
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TaskError, type Ended, type JsonObject, type ProjectClients, type ProjectSettings } from 'daychain';
import type { Task, TaskContext, UpstreamOf } from 'daychain';
import { createHttp, createLlm } from 'daychain/kit';
import { settings } from '../../../examples/civic/daychain.config.js';
import { languageModels } from '../../../examples/civic/lib/validators/language-models.js';
import { addDays } from '../../../src/time/dates.js';

export interface FakeOptions {
  date?: string;
  taskId?: string;
  /** Folder that stands for `out`. */
  out: string;
  params?: JsonObject;
  /** Besides the defaults. */
  settings?: Partial<ProjectSettings>;
  /** In place of the project's own. */
  clients?: Partial<ProjectClients>;
  upstream?: Record<string, UpstreamOf<JsonObject>>;
  signal?: AbortSignal;
  /** Keys of items that an earlier attempt has finished, with their labels: forEach passes over them. */
  finished?: Record<string, string>;
}

export interface FakeRun {
  result: unknown;
  errors: string[];
  warnings: string[];
}

/** Runs a task's body once, with its params parsed by its own schema. */
export async function runTask<O>(task: Task<O>, options: FakeOptions): Promise<FakeRun> {
  const { definition } = task;
  const errors: string[] = [];
  const warnings: string[] = [];
  const params = definition.params ? await definition.params.parseAsync(options.params ?? {}) : {};
  const result = await definition.run(context(options, params, errors, warnings));
  return { result, errors, warnings };
}

/** A folder of its own for a test's files, and the function that removes it. */
export function temporaryFolder(): { folder: string; remove(): Promise<void> } {
  const folder = mkdtempSync(join(tmpdir(), 'civic test '));
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** The project's settings where the environment says nothing, and those given. */
export function settingsOf(given: Partial<ProjectSettings>): ProjectSettings {
  const defaults = Object.entries(settings).map(([name, { default: value }]) => [name, value]);
  return { ...(Object.fromEntries(defaults) as ProjectSettings), ...given };
}

function context(options: FakeOptions, params: unknown, errors: string[], warnings: string[]): TaskContext {
  const unused = (name: string) => () => {
    throw new Error(`the civic project does not use ctx.${name}`);
  };
  const end = (ended: Ended['ended'], reason: string, settled: boolean): Ended => ({ ended, reason, settled });
  const given = settingsOf({ CIVIC_OUT: options.out, ...options.settings });
  return {
    task: 'task',
    date: options.date ?? '20260203',
    runKey: options.date ?? '20260203',
    scheduledFor: new Date('2026-02-03T05:00:00Z'),
    taskId: options.taskId ?? '3f9a1c2e',
    attempt: 1,
    backfill: false,
    params,
    clients: {
      http: () => Promise.resolve(createHttp({ allow: given.INNER_HOSTS })),
      // Without patience: a test of a provider that is down is not one of waiting.
      llm: () => Promise.resolve(createLlm({ ...languageModels(given), wait: 0, retries: 0, timeout: '1 second' })),
      ...options.clients,
    },
    settings: given,
    redis: { get: unused('redis'), set: unused('redis'), delete: unused('redis'), command: unused('redis') },
    secrets: { get: unused('secrets'), has: unused('secrets') },
    signal: options.signal ?? new AbortController().signal,
    log: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
    checkpoint: { value: null, save: unused('checkpoint') },
    fence: 1,
    day: (n) => addDays(options.date ?? '20260203', n),
    upstream: (name: string) =>
      (options.upstream?.[name] ?? { status: 'absent', kind: null, reason: 'no run is known', output: {} }) as never,
    heartbeat: () => {},
    progress: unused('progress'),
    async forEach(items, { key }, run) {
      const labels: string[] = Object.values(options.finished ?? {});
      let succeeded = labels.length;
      let failed = 0;
      for await (const item of items) {
        if (options.finished && key(item) in options.finished) continue;
        try {
          const label = await run(item, { key: key(item), attempt: 1, signal: new AbortController().signal });
          labels.push(typeof label === 'string' ? label : '');
          succeeded += 1;
        } catch (error) {
          failed += 1;
          errors.push(`${key(item)}: ${(error as Error).message}`);
        }
      }
      if (succeeded === 0 && failed > 0) throw new TaskError(`all ${failed} items failed; the last one: ${errors.at(-1)}`);
      const resumed = Object.keys(options.finished ?? {}).length;
      const count = (label: string) => labels.filter((one) => one === label).length;
      return { processed: succeeded + failed, succeeded, failed, resumed, count, sum: unused('sum') };
    },
    // Always free: nobody else is there.
    lock: (_name, _options, work) => Promise.resolve(work({ signal: new AbortController().signal, fence: 1 })),
    rateLimit: unused('rateLimit'),
    noWork: (reason) => end('no_work', reason, true),
    skip: (reason, { settled = true } = {}) => end('skipped_by_task', reason, settled),
    warn: (message) => void warnings.push(message),
  };
}
