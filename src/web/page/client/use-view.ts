/** A view of the server's, kept up to date; what was known stays while the server is away. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { hurry, onChange } from './live.js';
import { type Problem, problemOf } from './problem.js';
import { read } from './request.js';

export interface Known<T> {
  data: T | null;
  /** When `data` was read, epoch milliseconds. */
  readAt: number;
  /** Why the last look failed; null if it did not. */
  problem: Problem | null;
}

const known = new Map<string, Known<unknown>>();
const MOST_KEPT = 60;

/**
 * @param path null: nothing to look at
 * @param steady it does not change once it is known
 */
export function useView<T>(path: string | null, steady = false): Known<T> {
  const [, draw] = useState(0);
  const asked = useRef<string | null>(null);
  useEffect(() => {
    if (path === null) return;
    const leaving = new AbortController();
    let looking = false;
    let again = false;
    const look = async (): Promise<void> => {
      // One look at a time; what changed meanwhile is seen by the next.
      if (looking) return void (again = true);
      looking = true;
      const seen = await lookAt<T>(path, leaving.signal);
      looking = false;
      if (leaving.signal.aborted) return;
      keep(path, seen);
      draw((count) => count + 1);
      if (again) {
        again = false;
        void look();
      }
    };
    asked.current = path;
    void look();
    const stop = onChange(() => {
      if (!steady || (known.get(path)?.data ?? null) === null) void look();
    });
    return () => {
      leaving.abort();
      stop();
    };
  }, [path]);
  if (path === null) return { data: null, readAt: 0, problem: null };
  return (known.get(path) as Known<T> | undefined) ?? { data: null, readAt: 0, problem: null };
}

async function lookAt<T>(path: string, signal: AbortSignal): Promise<Known<T>> {
  try {
    return { data: await read<T>(path, signal), readAt: Date.now(), problem: null };
  } catch (error) {
    const problem = problemOf(error);
    const before = known.get(path) as Known<T> | undefined;
    // What is not there any more is not shown as if it were.
    return problem.away && before !== undefined ? { ...before, problem } : { data: null, readAt: 0, problem };
  }
}

function keep(path: string, seen: Known<unknown>): void {
  known.delete(path);
  known.set(path, seen);
  for (const oldest of known.keys()) {
    if (known.size <= MOST_KEPT) break;
    known.delete(oldest);
  }
  tellCondition(seen);
}

/** Forgets everything, as when another token sees other things. */
export function forget(): void {
  known.clear();
}

/** The newest word on whether the server answers. */
export interface Condition {
  problem: Problem | null;
  /** When something was last read, epoch milliseconds; 0: never. */
  readAt: number;
}

let condition: Condition = { problem: null, readAt: 0 };
const watchers = new Set<() => void>();

function tellCondition({ problem, readAt }: Known<unknown>): void {
  // Who has no token still has none when it is asked for too often.
  if (problem?.status === 429 && condition.problem?.status === 401) return;
  // Another problem, as an id that is not there, says nothing about the server.
  const grave = problem !== null && (problem.away || problem.status === 401) ? problem : null;
  condition = { problem: grave, readAt: grave === null ? Date.now() : Math.max(condition.readAt, readAt) };
  hurry(grave !== null);
  for (const tell of watchers) tell();
}

export function useCondition(): Condition {
  const [seen, setSeen] = useState(condition);
  useEffect(() => {
    const tell = (): void => setSeen(condition);
    watchers.add(tell);
    tell();
    return () => void watchers.delete(tell);
  }, []);
  return seen;
}
