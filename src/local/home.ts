/**
 * Who owns a `.daychain` folder. One process at a time, even when two start at the same moment, and even after the last
 * owner was killed.
 *
 * The owner stands in `owner.N.json`. A file that is there is never taken away or written over by another process; who
 * finds the highest N released, or its process dead, creates N + 1, which only one can. Who then still has the highest
 * number owns the folder. (Removing a stale lock file and creating it again would let two in: the second remover may
 * remove the first one's fresh file.)
 */

import { randomBytes } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readJson, writeJson } from './json-file.js';
import { isAlive, ownMark, stopProcess } from './process-mark.js';
import { clearMark, readMark, SERVER_NAMES } from './server-process.js';
import { clearState, type LocalState, type ProcessMark, readLastState, readState, writeState } from './state.js';

/** Who wants the folder, for the message the next one gets to see. */
export interface HomeUser {
  project: string;
  projectDir: string;
}

export interface HomeOwner extends HomeUser {
  process: ProcessMark;
}

/** A folder that is ours until `close`. */
export interface Home {
  dir: string;
  /** Ourselves. */
  owner: HomeOwner;
  /** What a killed owner had left running and was stopped just now, as `temporal (pid 4711)`. */
  orphansStopped: readonly string[];
  /** Nothing happens where the folder was deleted meanwhile: there is no one left to read it. */
  writeState(state: LocalState): void;
  /** Removes the state and gives the folder up, if it is still there. Stop the servers before. */
  close(): void;
}

export type OpenedHome = { opened: true; home: Home } | { opened: false; owner: HomeOwner; state: LocalState | null };

/**
 * Makes the folder if need be and takes it. When another live process owns it, answers who, and the state it has
 * written (null while it is still starting). After an owner that was killed, its worker and servers are stopped before
 * this resolves, so that nothing is ever started twice on the same data.
 */
export async function openHome(dir: string, user: HomeUser): Promise<OpenedHome> {
  prepareFolder(dir);
  const me: OwnerFile = { ...user, process: ownMark(), released: false };
  const own = takeNextNumber(dir, me);
  if (typeof own !== 'number') return { opened: false, owner: own, state: readState(dir) };
  try {
    const orphansStopped = await stopOrphans(dir);
    clearState(dir);
    for (const number of ownerNumbers(dir)) if (number < own) rmSync(ownerFile(dir, number), { force: true });
    return {
      opened: true,
      home: {
        dir,
        owner: { ...user, process: me.process },
        orphansStopped,
        writeState: (state) => unlessGone(dir, () => writeState(dir, state)),
        close: () =>
          unlessGone(dir, () => {
            clearState(dir);
            release(dir, own, me);
          }),
      },
    };
  } catch (error) {
    release(dir, own, me);
    throw error;
  }
}

/** True when the last owner of the folder died without giving it up: it may have left servers running. */
export function isAbandoned(dir: string): boolean {
  if (!existsSync(dir)) return false;
  const last = readOwner(dir, ownerNumbers(dir).at(-1));
  return last !== null && !last.released && !isAlive(last.process);
}

interface OwnerFile extends HomeOwner {
  released: boolean;
}

/** Our number, or the owner there is. */
function takeNextNumber(dir: string, me: OwnerFile): number | HomeOwner {
  for (;;) {
    const highest = ownerNumbers(dir).at(-1) ?? 0;
    const owner = readOwner(dir, highest);
    if (owner !== null && !owner.released && isAlive(owner.process)) return owner;
    const mine = highest + 1;
    if (!createWhole(ownerFile(dir, mine), me)) continue;
    if (ownerNumbers(dir).at(-1) === mine) return mine;
    // The numbers went on between our look and our file: it counts for nothing.
    rmSync(ownerFile(dir, mine), { force: true });
  }
}

/** People delete data folders, also of what runs: that must not keep it from stopping what it started. */
function unlessGone(dir: string, write: () => void): void {
  try {
    write();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || existsSync(dir)) throw error;
  }
}

/** The file stays, so that the numbers never start again. */
function release(dir: string, own: number, me: OwnerFile): void {
  writeJson(ownerFile(dir, own), { ...me, released: true });
}

async function stopOrphans(dir: string): Promise<string[]> {
  const stopped: string[] = [];
  const last = readLastState(dir);
  for (const [name, mark] of [
    ['worker', last?.worker],
    ['page', last?.web?.process],
  ] as const) {
    if (!mark || !isAlive(mark)) continue;
    await stopProcess(mark);
    stopped.push(`${name} (pid ${mark.pid})`);
  }
  for (const name of SERVER_NAMES) {
    const mark = readMark(dir, name);
    if (mark === null) continue;
    if (isAlive(mark)) {
      await stopProcess(mark);
      stopped.push(`${name} (pid ${mark.pid})`);
    }
    clearMark(dir, name, mark);
  }
  return stopped;
}

function prepareFolder(dir: string): void {
  try {
    mkdirSync(dir, { recursive: true });
    writeFileSync(join(dir, '.gitignore'), '*\n');
  } catch (error) {
    throw new Error(
      `The folder for data, ${dir}, cannot be written: ${(error as Error).message}. Set DAYCHAIN_HOME to one that can.`,
    );
  }
}

/** Creates a file with its content at once; false when it is there already. */
function createWhole(file: string, content: OwnerFile): boolean {
  const part = `${file}.${process.pid}.${randomBytes(4).toString('hex')}.part`;
  writeFileSync(part, `${JSON.stringify(content, null, 2)}\n`);
  try {
    linkSync(part, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw new Error(
      `${file} cannot be made by a hard link (${(error as Error).message}), which keeps two processes apart here. ` +
        `Set DAYCHAIN_HOME to a folder on a local disk.`,
    );
  } finally {
    rmSync(part, { force: true });
  }
}

/** Ascending. */
function ownerNumbers(dir: string): number[] {
  return readdirSync(dir)
    .map((name) => /^owner\.(\d+)\.json$/.exec(name)?.[1])
    .filter((digits) => digits !== undefined)
    .map(Number)
    .sort((a, b) => a - b);
}

function readOwner(dir: string, number: number | undefined): OwnerFile | null {
  return number === undefined ? null : (readJson(ownerFile(dir, number)) as OwnerFile | null);
}

function ownerFile(dir: string, number: number): string {
  return join(dir, `owner.${number}.json`);
}
