/** What an attempt writes to the log: one structured line per event, with the names the old scheduler's readers know. */
import type { JsonObject } from '../plan/types.js';
import type { TaskLog } from '../define/types.js';
import type { TakeConsole } from './body-console.js';

/** The part of a pino logger the worker needs. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  child(fields: object): Log;
}

export type TaskEvent =
  'TASK_START' | 'TASK_SKIPPED' | 'TASK_PROGRESS' | 'TASK_COMPLETED' | 'TASK_FAILED' | 'TASK_HANDED_BACK' | 'TASK_WAITING';

export interface AttemptLog {
  event(event: TaskEvent, fields?: object): void;
  /** What `ctx.log` is. */
  author: TaskLog;
  /** What the body says on the console. */
  console: TakeConsole;
}

export function attemptLog(
  log: Log,
  run: { task: string; date: string; runKey: string; taskId: string; attempt: number; workflowId: string },
): AttemptLog {
  const own = log.child({
    task: run.task,
    date: run.date,
    run_key: run.runKey,
    task_id: run.taskId,
    attempt: run.attempt,
    run: run.workflowId,
    pid: process.pid,
  });
  const line =
    (level: 'debug' | 'info' | 'warn' | 'error') =>
    (message: string, fields: JsonObject = {}) =>
      own[level]({ fields }, message);
  return {
    event(event, fields = {}) {
      own[event === 'TASK_FAILED' ? 'warn' : 'info']({ event, ...fields }, event);
    },
    author: { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') },
    console: (level, method, text) => own[level]({ console: method }, text),
  };
}
