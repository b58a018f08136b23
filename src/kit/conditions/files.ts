/** Conditions on files: how old one is, how much room there is. */
import { readdir, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { ConditionContext, Duration } from '../../define/types.js';
import { durationMs, durationText } from '../../plan/duration.js';
import { look, type Look } from './condition.js';

/** A path, or how to make one of what the condition is handed. Relative to the worker's folder. */
export type PathOf = string | ((ctx: ConditionContext<never>) => string);

/**
 * The file was last written longer ago than that, or is not there (O-108). A folder counts by its newest file, hidden ones left
 * out, so that it answers "is the last backup old enough".
 */
export function fileOlderThan(path: PathOf, age: Duration): Look {
  const least = durationMs(age);
  return look(async (ctx) => {
    const name = nameOf(path, ctx);
    const written = await lastWritten(name);
    if (written === null || ctx.now.getTime() - written >= least) return { holds: true };
    const old = ctx.now.getTime() - written;
    const reason = `${name} was written ${durationText(Math.max(0, old))} ago, and is to be ${durationText(least)} old`;
    return { holds: false, reason, holdsIn: least - old };
  });
}

/** The file was last written no longer ago than that. One that is not there does not hold. A folder counts by its newest file. */
export function fileNewerThan(path: PathOf, age: Duration): Look {
  const most = durationMs(age);
  return look(async (ctx) => {
    const name = nameOf(path, ctx);
    const written = await lastWritten(name);
    if (written === null) return { holds: false, reason: `${name} is not there` };
    const old = ctx.now.getTime() - written;
    if (old <= most) return { holds: true };
    return { holds: false, reason: `${name} was last written ${durationText(old)} ago, more than ${durationText(most)}` };
  });
}

/** The file system of that folder has so much room for this user: `'500 MB'`, `'2 GB'` (powers of 1,000), or `'10 %'` of its size. */
export function diskFree(path: PathOf, least: string): Look {
  const wanted = roomOf(least);
  return look(async (ctx) => {
    const name = nameOf(path, ctx);
    const { bavail, blocks, bsize } = await statfs(name);
    const free = bavail * bsize;
    if (free >= ('percent' in wanted ? (blocks * bsize * wanted.percent) / 100 : wanted.bytes)) return { holds: true };
    return { holds: false, reason: `the disk of ${name} has ${bytesText(free)} left, less than ${least}` };
  });
}

const UNITS = { kB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 } as const;

function roomOf(text: string): { bytes: number } | { percent: number } {
  const match = /^(\d+(?:\.\d+)?) ?(kB|MB|GB|TB|%)$/.exec(text);
  const unit = match?.[2] as keyof typeof UNITS | '%' | undefined;
  const amount = Number(match?.[1]);
  if (unit === '%' && amount <= 100) return { percent: amount };
  if (unit !== undefined && unit !== '%') return { bytes: amount * UNITS[unit] };
  throw new RangeError(`${JSON.stringify(text)} is no room on a disk: write one like "500 MB", "2 GB" or "10 %"`);
}

function bytesText(bytes: number): string {
  const [unit, size] = Object.entries(UNITS).findLast(([, one]) => bytes >= one) ?? ['kB', UNITS.kB];
  return `${(bytes / size).toFixed(1)} ${unit}`;
}

function nameOf(path: PathOf, ctx: ConditionContext<never>): string {
  return typeof path === 'string' ? path : path(ctx);
}

/** Epoch milliseconds; null where there is no such file, or none in the folder. */
async function lastWritten(name: string): Promise<number | null> {
  const found = await ifThere(stat(name));
  if (found === null || !found.isDirectory()) return found?.mtimeMs ?? null;
  const inside = (await readdir(name)).filter((one) => !one.startsWith('.'));
  const files = await Promise.all(inside.map((one) => ifThere(stat(join(name, one)))));
  return files.reduce<number | null>((newest, one) => (one?.isFile() ? Math.max(newest ?? 0, one.mtimeMs) : newest), null);
}

/** A file may go between two looks. */
async function ifThere<T>(found: Promise<T>): Promise<T | null> {
  try {
    return await found;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
