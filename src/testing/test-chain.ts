/** Runs one chain with the real workflows in simulated time: retries, waits and postponements pass at once. */
import type { Chain, JsonObject, RunFound } from '../define/types.js';
import type { ChainResult, TaskResult, Upstream } from '../plan/types.js';
import type { FakeTask } from './fakes.js';

export type { FakeAttempt, FakeTask } from './fakes.js';

export interface TestChainOptions {
  /** `20260203` or `2026-02-03`. Default `'20260203'`. A date to come is waited for, in simulated time. */
  date?: string;
  /** The slot, for a chain that is due more often than once a day. An ISO instant. */
  slot?: string | Date;
  /** Id of a chain given as an object. Default `'chain'`. */
  id?: string;
  /** By task of the chain: the task itself, or what stands in for its body. */
  tasks?: Record<string, FakeTask>;
  /** Folder of the project, absolute or as a file URL: tasks that `tasks` does not name are its own, with its clients and settings. */
  project?: string | URL;
  /** Zone of the chain's dates where neither it nor a project says one. Default `'UTC'`. */
  timezone?: string;
  /** By task: params that replace single ones of the chain's. */
  params?: Record<string, JsonObject>;
  /** Clients by name: `{ sql: fake }` is what `await ctx.clients.sql()` gives. Others are the project's. */
  clients?: Record<string, unknown>;
  /** Values of `ctx.settings`, before those of the project. */
  settings?: Record<string, unknown>;
  /** What `ctx.secrets` gives, and what the project's settings are read from. Nothing else is: this process's environment is not. */
  secrets?: Record<string, string>;
  /** What is in Redis before. */
  redis?: Record<string, string>;
  /** What `ctx.runOf` of a condition finds, by `task:runKey`. */
  runs?: Record<string, Partial<RunFound>>;
  /** Longest real time until the chain has ended. Milliseconds. Default 60,000. */
  patience?: number;
}

export interface TestedRun {
  /** As the run ended. Null where the chain decided without one, as for a child of a failed parent. */
  result: TaskResult | null;
  /** What each attempt was given. */
  inputs: { attempt: number; params: JsonObject; upstream: Upstream }[];
  /** Lines of `ctx.log`. */
  log: { level: string; message: string; fields: JsonObject }[];
}

export interface TestedChain {
  /** As the chain ended; `result.tasks` says how each task did, run or not. */
  result: ChainResult;
  /** By task of the chain. */
  tasks: Record<string, TestedRun>;
  /** What is in Redis afterwards. */
  redis: Record<string, string>;
  /** How long it took in simulated time. Milliseconds. */
  tookMs: number;
}

/**
 * Runs a chain once. Never throws for how it ends: see `result`.
 * @param chain as `defineChain` made it, or the id of one of the project's
 * @throws RangeError for what `daychain check` would not let pass, and for a task that is neither stood in for nor to be found
 * @throws BinaryNotFoundError, with every way tried, where Temporal's test server cannot be had
 */
export async function testChain(chain: Chain | string, options: TestChainOptions = {}): Promise<TestedChain> {
  // Temporal is loaded by tests of chains only, not by those of tasks.
  const { runChainInTime } = await import('./run-chain.js');
  return await runChainInTime(chain, options);
}
