/** How a child process ends, also one that never began. */
import type { ChildProcess } from 'node:child_process';

/**
 * Tells once, in words, how the process ended. One that could not be started has ended as well: it says so by an error and never
 * by an exit. @returns what ends the listening
 */
export function onEnd(child: ChildProcess, told: (how: string) => void): () => void {
  const exited = (code: number | null, signal: NodeJS.Signals | null) => told(signal ?? `exit code ${code}`);
  const failed = (error: Error) => {
    if (child.pid === undefined) told(error.message);
  };
  child.once('exit', exited).once('error', failed);
  return () => child.off('exit', exited).off('error', failed);
}

/** Whether it has ended, or never began. */
export function isGone(child: ChildProcess): boolean {
  return child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
}
