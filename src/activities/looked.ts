/** The registry's answers as workflows take them. */
import type { Looked } from '../plan/types.js';
import type { Refused } from '../registry/index.js';

export function looked<T extends object>(answer: T | Refused): Looked<T> {
  return 'problem' in answer ? refused(answer) : { found: answer };
}

export function refused({ problem, notHere }: Refused): { problem: string } | { notHere: string } {
  return notHere ? { notHere: problem } : { problem };
}
