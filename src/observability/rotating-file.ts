/** A log in files of bounded size, whose oldest are deleted: the disk they take is bounded. */
import { closeSync, mkdirSync, openSync, readdirSync, rmSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';

export interface RotationOptions {
  /** A file that has grown to so many bytes is followed by another. Default 8 MiB. */
  fileBytes?: number;
  /** All files of the project together take about so many bytes at most. Default 64 MiB. */
  totalBytes?: number;
  /** There are at most so many. Default 20. */
  files?: number;
  /** Older ones are deleted. Days, default 14. */
  days?: number;
}

const MIB = 1024 * 1024;
const DEFAULTS: Required<RotationOptions> = { fileBytes: 8 * MIB, totalBytes: 64 * MIB, files: 20, days: 14 };
const DAY_MS = 86_400_000;
/** Another process's file that was written to so lately is in use: it is left alone. Milliseconds. */
const IN_USE_MS = 60_000;
/** After a write that failed (a full disk), this long nothing is tried. Milliseconds. */
const PAUSE_MS = 5_000;

/** What files of logs end with. */
export const LOG_ENDING = '.jsonl';

/**
 * Appends whole lines at once, so that the last ones before a kill are there. Each process writes files of its own: workers
 * that share a folder, of one project or of several, do not meet. Never throws: a worker whose disk is full works on.
 */
export class RotatingFile {
  private readonly limits: Required<RotationOptions>;
  private fd: number | null = null;
  private path = '';
  private bytes = 0;
  private number = 0;
  private dropped = 0;
  private pausedUntil = 0;

  /** `started`: what the names of the files are made of, beside the process. */
  constructor(
    private readonly dir: string,
    private readonly project: string,
    options: RotationOptions = {},
    private readonly started: Date = new Date(),
  ) {
    this.limits = { ...DEFAULTS, ...options };
  }

  /** One line, or several, with their ends. */
  write(text: string): void {
    if (Date.now() < this.pausedUntil) {
      this.dropped++;
      return;
    }
    try {
      this.prepare();
      const told = this.dropped === 0 ? '' : this.droppedLine();
      const chunk = Buffer.from(told + text);
      for (let at = 0; at < chunk.length;) at += writeSync(this.fd!, chunk, at);
      this.bytes += chunk.length;
      this.dropped = 0;
    } catch {
      this.dropped++;
      this.pausedUntil = Date.now() + PAUSE_MS;
      this.close();
    }
  }

  close(): void {
    if (this.fd === null) return;
    try {
      closeSync(this.fd);
    } catch {
      // It is as good as closed.
    }
    this.fd = null;
  }

  private prepare(): void {
    if (this.fd !== null && this.bytes < this.limits.fileBytes && isThere(this.path)) return;
    this.close();
    // The folder above is not made anew: whoever deleted it meant it.
    if (!isThere(this.dir)) mkdirSync(this.dir);
    this.prune();
    this.path = join(this.dir, this.nextName());
    this.fd = openSync(this.path, 'ax', 0o600);
    this.bytes = 0;
  }

  /** By name the files of a project stand in the order in which they were begun. */
  private nextName(): string {
    const time = new Date(this.started.getTime()).toISOString().replaceAll(/[-:]|\.\d+/g, '');
    return `${this.project}.${time}.${process.pid}.${String(++this.number).padStart(4, '0')}${LOG_ENDING}`;
  }

  private prune(): void {
    const now = Date.now();
    const files = readdirSync(this.dir)
      .filter((name) => projectOf(name) === this.project)
      .flatMap((name) => {
        const found = statSync(join(this.dir, name), { throwIfNoEntry: false });
        return found === undefined ? [] : [{ name, size: found.size, changed: found.mtimeMs }];
      })
      .sort((a, b) => b.changed - a.changed);
    // Room for the one that is begun now.
    let bytes = this.limits.fileBytes;
    let count = 1;
    for (const { name, size, changed } of files) {
      bytes += size;
      count++;
      const old = changed < now - this.limits.days * DAY_MS;
      const tooMuch = bytes > this.limits.totalBytes || count > this.limits.files;
      const inUse = !name.includes(`.${process.pid}.`) && changed >= now - IN_USE_MS;
      if ((old || tooMuch) && !inUse) rmSync(join(this.dir, name), { force: true });
    }
  }

  private droppedLine(): string {
    const msg = `${this.dropped} lines are missing here: they could not be written`;
    return `${JSON.stringify({ level: 40, time: Date.now(), msg })}\n`;
  }
}

/** The project a file of logs belongs to; null for any other file. */
export function projectOf(name: string): string | null {
  return /^([a-z][a-z0-9_-]*)\.\d{8}T\d{6}Z\.\d+\.\d+\.jsonl$/.exec(name)?.[1] ?? null;
}

function isThere(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}
