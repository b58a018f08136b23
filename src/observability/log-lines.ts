/** Lines of a run in a worker's log, as programs and people read them. */

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal';

export interface LogLine {
  /** ISO instant. */
  at: string;
  level: LogLevel;
  /** Workflow ID of the task's run. */
  run: string;
  task: string;
  /** `YYYYMMDD`. */
  date: string;
  runKey: string;
  taskId: string;
  attempt: number;
  message: string;
  /** What daychain says of the attempt itself: `TASK_START`. */
  event: string | null;
  /** The method, where the body said it on the console: `warn`. */
  console: string | null;
  /** What else stands in the line. */
  fields: Record<string, unknown>;
}

/** Which lines are wanted. */
export interface LogQuery {
  /** Workflow IDs of tasks' runs. */
  runs: ReadonlySet<string>;
  /** This level and above. Default: all. */
  level?: LogLevel;
  attempt?: number;
}

const LEVELS: readonly (readonly [number, LogLevel])[] = [
  [10, 'trace'],
  [20, 'debug'],
  [30, 'info'],
  [40, 'warn'],
  [50, 'error'],
  [60, 'fatal'],
];

export const LOG_LEVELS = LEVELS.map(([, name]) => name);

/** The key by which a line is known to be a run's, before it is parsed. In a text of the line it would be escaped. */
const MARK = Buffer.from('"run":"');
const QUOTE = 0x22;

/** Whether the line is a run's of these, as far as a look at its bytes tells. */
export function looksWanted(line: Buffer, runs: ReadonlySet<string>): boolean {
  const at = line.indexOf(MARK);
  if (at < 0) return false;
  const from = at + MARK.length;
  const end = line.indexOf(QUOTE, from);
  return end > from && runs.has(line.toString('utf8', from, end));
}

/** Null for a line that is not wanted, or is none. */
export function readLine(line: Buffer, query: LogQuery): LogLine | null {
  if (!looksWanted(line, query.runs)) return null;
  let value: Record<string, unknown>;
  try {
    value = JSON.parse(line.toString('utf8')) as Record<string, unknown>;
  } catch {
    return null; // cut off by a crash
  }
  const { level, time, msg, run, task, date, run_key, task_id, attempt, event, console, pid: _, project: __, ...rest } = value;
  if (typeof run !== 'string' || !query.runs.has(run)) return null;
  if (query.attempt !== undefined && attempt !== query.attempt) return null;
  if (query.level !== undefined && Number(level) < numberOf(query.level)) return null;
  const { fields, ...others } = rest;
  return {
    at: new Date(Number(time)).toISOString(),
    level: nameOf(Number(level)),
    run,
    task: String(task),
    date: String(date),
    runKey: String(run_key),
    taskId: String(task_id),
    attempt: Number(attempt),
    message: typeof msg === 'string' ? msg : '',
    event: typeof event === 'string' ? event : null,
    console: typeof console === 'string' ? console : null,
    fields: { ...others, ...(typeof fields === 'object' && fields !== null ? (fields as Record<string, unknown>) : {}) },
  };
}

function numberOf(level: LogLevel): number {
  return LEVELS.find(([, name]) => name === level)![0];
}

function nameOf(number: number): LogLevel {
  return LEVELS.findLast(([least]) => number >= least)?.[1] ?? 'trace';
}
