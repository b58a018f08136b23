/** daychain: durable daily task chains on Temporal. What authors of tasks and chains import. */
export { z } from 'zod';
export { cancelOnce, scheduleOnce, type OneShotRequest } from './client.js';
export { closeCalls, createRetryable } from './calls/retryable.js';
export { defineChain, defineProject, defineTask } from './define/define.js';
export { env } from './define/env.js';
export {
  ArgumentsRefused,
  CallNotKept,
  LockNotFree,
  PermanentError,
  RateLimitReached,
  RetryAfter,
  TaskError,
} from './define/errors.js';
export type * from './define/types.js';
