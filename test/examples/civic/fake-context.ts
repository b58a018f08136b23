/** Runs one task of the civic project without a worker: the project's defaults around `testTask`. */
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Ended, JsonObject, ProjectClients, ProjectSettings, Task, UpstreamOf } from 'daychain';
import { createHttp, createLlm } from 'daychain/kit';
import { testTask, type TestTaskOptions } from 'daychain/testing';
import { settings } from '../../../examples/civic/daychain.config.js';
import { languageModels } from '../../../examples/civic/lib/validators/language-models.js';
import type { Duration } from '../../../src/plan/duration.js';

export interface FakeOptions extends Pick<TestTaskOptions, 'date' | 'taskId' | 'params' | 'signal'> {
  /** Folder that stands for `out`. */
  out: string;
  /** Besides the defaults. */
  settings?: Partial<ProjectSettings>;
  /** Of a language model. Default: longer than a machine stands still. */
  llmTimeout?: Duration;
  /** In place of the project's own. */
  clients?: Partial<ProjectClients>;
  upstream?: Record<string, UpstreamOf<JsonObject>>;
}

export interface FakeRun {
  /** What the body returned, as its run keeps it. */
  result: unknown;
  errors: string[];
  warnings: string[];
}

/** Runs a task's body once. Throws what the body throws. */
export async function runTask<O>(task: Task<O>, options: FakeOptions): Promise<FakeRun> {
  const { out, clients: opened, upstream, settings: given, llmTimeout = '30 seconds', ...rest } = options;
  const values = settingsOf({ CIVIC_OUT: out, ...given });
  const clients: Record<string, unknown> = {
    http: createHttp({ allow: values.INNER_HOSTS }),
    // Without patience: a test of a provider that is down is not one of waiting.
    llm: createLlm({ ...languageModels(values), wait: 0, retries: 0, timeout: llmTimeout }),
  };
  for (const [name, open] of Object.entries(opened ?? {})) clients[name] = await open();
  const tested = await testTask(task as Task, {
    ...rest,
    clients,
    settings: { ...values },
    ...(upstream && { upstream: upstream as NonNullable<TestTaskOptions['upstream']> }),
  });
  if (tested.error !== undefined) throw tested.error as Error;
  const { status, kind, reason, settled, output, errors, warnings } = tested.result;
  const ended = { ended: kind as Ended['ended'], reason, settled };
  return { result: status === 'skipped' ? ended : output, errors, warnings };
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
