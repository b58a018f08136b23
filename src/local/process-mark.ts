/** Processes by pid and start time, so that a pid the system has given to someone else is never mistaken for ours. */

import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { ProcessMark } from './state.js';

/** How often a stopping process is looked at, in milliseconds. */
const STOP_POLL_MS = 25;

/** The mark of a running process; null when there is none, or only its unreaped remains (a zombie). */
export function markOf(pid: number): ProcessMark | null {
  const started = process.platform === 'linux' ? startedFromProc(pid) : startedFromPs(pid);
  return started === null ? null : { pid, started };
}

/** The mark of this process. */
export function ownMark(): ProcessMark {
  const mark = markOf(process.pid);
  if (mark === null) throw new Error(`the system does not say when process ${process.pid} (this one) was started`);
  return mark;
}

/** True while the very process meant by the mark runs: same pid, same start. */
export function isAlive(mark: ProcessMark): boolean {
  return markOf(mark.pid)?.started === mark.started;
}

/**
 * Stops a process and resolves when it is gone: SIGTERM first, SIGKILL when it still runs after `graceMs`
 * (default 5 seconds). Nothing happens when the process is gone already or its pid belongs to another one.
 * Throws when the process may not be signalled, or survives SIGKILL by 5 seconds.
 */
export async function stopProcess(mark: ProcessMark, graceMs = 5_000): Promise<void> {
  if (!signal(mark, 'SIGTERM')) return;
  if (await isGoneWithin(mark, graceMs)) return;
  if (!signal(mark, 'SIGKILL')) return;
  if (await isGoneWithin(mark, 5_000)) return;
  throw new Error(`process ${mark.pid} still runs 5 seconds after SIGKILL`);
}

function signal(mark: ProcessMark, name: 'SIGTERM' | 'SIGKILL'): boolean {
  if (!isAlive(mark)) return false;
  try {
    return process.kill(mark.pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}

async function isGoneWithin(mark: ProcessMark, ms: number): Promise<boolean> {
  const end = performance.now() + ms;
  while (isAlive(mark)) {
    if (performance.now() >= end) return false;
    await delay(STOP_POLL_MS);
  }
  return true;
}

let bootId: string | undefined;

/** Ticks since boot, and which boot: after a reboot the same pid can start at the same tick. */
function startedFromProc(pid: number): string | null {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return null;
  }
  // The second field is the program's name in parentheses and may itself hold spaces and parentheses.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, ticks] = [fields[0], fields[19]];
  if (ticks === undefined || state === 'X') return null;
  if (state === 'Z' && !hasThreadsLeft(pid)) return null;
  bootId ??= readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').slice(0, 8);
  return `${ticks}@${bootId}`;
}

/**
 * A zombie holds no file and no port any more, and one whose new parent never reaps it stays listed for ever. But the
 * first thread of a dying process is shown as a zombie while other threads still hold everything.
 */
function hasThreadsLeft(pid: number): boolean {
  try {
    return readdirSync(`/proc/${pid}/task`).length > 1;
  } catch {
    return false;
  }
}

function startedFromPs(pid: number): string | null {
  try {
    const line = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      env: { PATH: '/bin:/usr/bin', LC_ALL: 'C', TZ: 'UTC' },
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
    const [stat, ...lstart] = line.split(/\s+/);
    return stat === undefined || stat.startsWith('Z') || lstart.length === 0 ? null : lstart.join(' ');
  } catch {
    // ps exits 1 when there is no such process.
    return null;
  }
}
