/** Ending every process of a group, and knowing when it is gone. Used on both sides of a command's guard. */
import { readdirSync, readFileSync } from 'node:fs';

const SHORTEST_PAUSE_MS = 5;
const LONGEST_PAUSE_MS = 100;

export interface GroupEnd {
  /** Shortens the time until SIGKILL; it never grows. Milliseconds from now. */
  killWithin(graceMs: number): void;
  /** Fulfilled once no process of the group lives. Never rejected; a process that the system cannot kill delays it. */
  readonly gone: Promise<void>;
}

/** Asks the group to end by SIGTERM and kills what is left of it after `graceMs` milliseconds. */
export function endGroup(pgid: number, graceMs: number): GroupEnd {
  let killAt = performance.now() + graceMs;
  signalGroup(pgid, 'SIGTERM');
  const gone = new Promise<void>((resolve) => {
    let pause = SHORTEST_PAUSE_MS;
    const look = () => {
      if (!isGroupAlive(pgid)) return resolve();
      if (performance.now() >= killAt) signalGroup(pgid, 'SIGKILL');
      setTimeout(look, pause);
      pause = Math.min(pause * 1.5, LONGEST_PAUSE_MS);
    };
    look();
  });
  return {
    gone,
    killWithin(ms) {
      killAt = Math.min(killAt, performance.now() + ms);
    },
  };
}

function signalGroup(pgid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-pgid, signal);
    return true;
  } catch (error) {
    // EPERM: there are processes, but of another user, as behind sudo. All that is left is to wait for them.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function isGroupAlive(pgid: number): boolean {
  if (!signalGroup(pgid, 0)) return false;
  // An ended process that nobody collects, as under a first process that is no init, stays listed for ever. Look closer.
  return process.platform !== 'linux' || hasRunningMember(pgid);
}

function hasRunningMember(pgid: number): boolean {
  return readdirSync('/proc').some((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      // The name in parentheses may hold anything; state, parent and group follow its last one.
      const [state, , group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return Number(group) === pgid && state !== 'Z' && state !== 'X';
    } catch {
      return false; // ended while we were looking
    }
  });
}
