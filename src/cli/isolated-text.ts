/** How a task's own process is told of. */
import type { IsolateSpec } from '../plan/types.js';

/** Null for a task that runs in the worker's process. */
export function isolatedText(isolate: IsolateSpec | null | undefined): string | null {
  if (!isolate) return null;
  return isolate.memoryMb === null ? 'in its own process' : `in its own process, heap up to ${isolate.memoryMb} MB`;
}
