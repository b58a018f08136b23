/** What stands for the tasks of a chain that is tried: their own bodies, or stand-ins. */
import { z } from 'zod';
import type { Ended, JsonObject, Task, TaskContext } from '../define/types.js';

/** What one attempt of a stand-in does: runs a function, returns an output, or throws an error. */
export type FakeAttempt = ((ctx: TaskContext<never>) => unknown) | JsonObject | Ended | Error;

/**
 * What a task of the chain is in the test. A task itself, as `defineTask` made it. Or a stand-in for its body: a function, an output, an
 * error that it throws; a list has one per attempt, the last for all further ones. Or `'real'`: the body in the project's
 * folder, or the program of a chain's `command`.
 */
export type FakeTask = Task<never> | Task | FakeAttempt | readonly [FakeAttempt, ...FakeAttempt[]] | 'real';

/** Settings of a place in a chain that a program has, and that its stand-in keeps. */
const COMMAND_SETTINGS = ['timeout', 'heartbeat', 'retry', 'lock', 'summary', 'tags'];

/** The task with the stand-in as its body. Where there is a real one, all else is the real one's, but what only its body needs. */
export function fakedTask(fake: Exclude<FakeTask, 'real'>, real: Task | null): Task {
  if (isTask(fake)) return fake;
  const run = (ctx: TaskContext) => act(attemptOf(fake, ctx.attempt), ctx);
  if (real === null) return { kind: 'task', definition: { params: z.looseObject({}), run } };
  return { kind: 'task', definition: { ...withoutNeeds(real).definition, run } };
}

/** A program's place in the chain and its stand-in, which keeps the program's settings. */
export function fakedCommand(placed: object, fake: Exclude<FakeTask, 'real'>): { placed: object; task: Task } {
  const isSetting = ([key]: [string, unknown]) => COMMAND_SETTINGS.includes(key);
  const fields = Object.entries(placed).filter(([key]) => key !== 'command' && key !== 'needs');
  const settings = Object.fromEntries(fields.filter(isSetting));
  const task = fakedTask(fake, null);
  return {
    placed: Object.fromEntries(fields.filter((field) => !isSetting(field))),
    task: { kind: 'task', definition: { ...settings, ...task.definition } },
  };
}

/** The task, however its project's settings are. */
export function withoutNeeds({ definition }: Task): Task {
  const { needs: _needs, ...rest } = definition;
  return { kind: 'task', definition: rest };
}

export function withoutIsolation({ definition }: Task): Task {
  const { isolate: _isolate, ...rest } = definition;
  return { kind: 'task', definition: rest };
}

export function isTask(value: unknown): value is Task {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'task' && 'definition' in value;
}

function attemptOf(fake: Exclude<FakeTask, Task | Task<never> | 'real'>, attempt: number): FakeAttempt {
  if (!isList(fake)) return fake;
  return fake[Math.min(attempt, fake.length) - 1]!;
}

function isList(fake: FakeTask): fake is readonly [FakeAttempt, ...FakeAttempt[]] {
  return Array.isArray(fake);
}

function act(fake: FakeAttempt, ctx: TaskContext): unknown {
  if (fake instanceof Error) throw fake;
  return typeof fake === 'function' ? fake(ctx as TaskContext<never>) : fake;
}
