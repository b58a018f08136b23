/** A condition on how busy the machine is. */
import { readFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import type { Duration } from '../../define/types.js';
import { durationMs } from '../../plan/duration.js';
import { look, type Look } from './condition.js';

export interface CpuOptions {
  /** How long is looked at. `'100 milliseconds'` to `'1 minute'`. Default `'1 second'`. */
  over?: Duration;
}

/** Time in microseconds, and how much of it was worked in. */
interface Used {
  busy: number;
  of: number;
}

/**
 * Less than so many percent of all cores are busy (O-108). In a container that is limited to some cores, as `docker run --cpus`
 * does it, its own use of what it may use counts (cgroup v2); elsewhere the whole machine's.
 */
export function cpuBelow(percent: number, { over = '1 second' }: CpuOptions = {}): Look {
  if (!(percent > 0 && percent <= 100)) throw new RangeError(`cpuBelow(${percent}): percent of all cores, above 0 and up to 100`);
  const ms = durationMs(over);
  if (ms < 100 || ms > 60_000)
    throw new RangeError(`cpuBelow: over is "100 milliseconds" to "1 minute"; got ${JSON.stringify(over)}`);
  return look(async (ctx) => {
    const busy = await busyPercent(ms, ctx.signal);
    if (busy < percent) return { holds: true };
    return { holds: false, reason: `${Math.round(busy)} % of the CPU are busy, and less than ${percent} % are to be` };
  });
}

/** How busy the machine, or the container, is over so many milliseconds: 0 to 100. */
export async function busyPercent(ms: number, signal: AbortSignal, read: () => Promise<Used> = usedSoFar): Promise<number> {
  const before = await read();
  await pause(ms, undefined, { signal });
  const after = await read();
  const of = after.of - before.of;
  return of <= 0 ? 0 : Math.min(100, Math.max(0, (100 * (after.busy - before.busy)) / of));
}

async function usedSoFar(): Promise<Used> {
  return (await usedByGroup('/sys/fs/cgroup')) ?? usedByMachine();
}

/** Null where there is no limit: then others take part of the cores too. */
export async function usedByGroup(folder: string, nowUs = performance.now() * 1_000): Promise<Used | null> {
  try {
    const [quota, period] = (await readFile(`${folder}/cpu.max`, 'utf8')).trim().split(' ').map(Number);
    const used = /^usage_usec (\d+)$/m.exec(await readFile(`${folder}/cpu.stat`, 'utf8'))?.[1];
    // No limit is written as "max".
    if (used === undefined || !Number.isFinite(quota) || !period) return null;
    return { busy: Number(used), of: (nowUs * quota!) / period };
  } catch {
    return null;
  }
}

function usedByMachine(): Used {
  const used = { busy: 0, of: 0 };
  for (const { times } of cpus()) {
    const all = times.user + times.nice + times.sys + times.irq + times.idle;
    used.of += all * 1_000;
    used.busy += (all - times.idle) * 1_000;
  }
  return used;
}
