/** Whose PGlite's folder is: two processes that have it open at once would destroy it. */
import { readFileSync } from 'node:fs';
import { open as openFile, readFile, rm, stat, type FileHandle } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';

/** A worker that is replaced has the folder until its bodies have ended: its successor waits a little. Milliseconds. */
const PATIENCE_MS = 10_000;
const LOOK_EVERY_MS = 100;
/** Whoever writes a mark, or removes a dead process's, takes no longer than this, or is dead itself. Milliseconds. */
const AT_IT_MS = 5_000;

/** Folders this process has open: the mark of the same process says nothing of who in it. */
const open = new Set<string>();

/**
 * Marks the folder as this process's, and answers what takes the mark away. The mark of a process that is gone counts for nothing.
 * @throws Error where another process has the folder and keeps it, or this one has it open already
 */
export async function enterFolder(folder: string, patienceMs = PATIENCE_MS): Promise<() => Promise<void>> {
  const mark = `${folder}.pid`;
  const until = performance.now() + patienceMs;
  for (;;) {
    if (open.has(folder)) throw new Error(`PGlite's folder is open in this process already (${folder}): share the client`);
    open.add(folder);
    const isOurs = await written(mark).catch((error: unknown) => {
      open.delete(folder);
      throw error;
    });
    if (isOurs) {
      return async () => {
        await rm(mark, { force: true });
        open.delete(folder);
      };
    }
    open.delete(folder);
    const text = await readFile(mark, 'utf8').catch(() => '');
    if (await isGone(mark, text)) await removeMark(mark, text);
    else if (performance.now() > until) {
      const who = text === '' ? 'a process that has just come' : `process ${text.split(' ')[0]}`;
      throw new Error(
        `PGlite's folder is in use by ${who} (${mark}); a second one would destroy it. Set a database's URL instead.`,
      );
    } else await pause(LOOK_EVERY_MS);
  }
}

/** Whether the mark is ours now. One that is not written whole, as on a full disk, is not left behind. */
async function written(path: string): Promise<boolean> {
  let file: FileHandle;
  try {
    file = await openFile(path, 'wx');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
  try {
    await file.writeFile(`${process.pid} ${beginOf(process.pid) ?? ''}`);
    return true;
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  } finally {
    await file.close();
  }
}

/** One at a time, and only the mark that was looked at: else a second remover takes the mark of whoever came after the first. */
async function removeMark(mark: string, text: string): Promise<void> {
  const removing = `${mark}.removing`;
  if (!(await written(removing))) {
    if (await isOld(removing)) await rm(removing, { force: true });
    else await pause(LOOK_EVERY_MS);
    return;
  }
  if ((await readFile(mark, 'utf8').catch(() => null)) === text) await rm(mark, { force: true });
  await rm(removing, { force: true });
}

async function isGone(mark: string, text: string): Promise<boolean> {
  // Written, but not yet with its content: whoever is at it will have it in a moment, or was killed over it.
  if (text === '') return await isOld(mark);
  const [pid, begin = ''] = text.split(' ');
  const id = Number(pid);
  if (!Number.isSafeInteger(id) || id < 1) return true;
  // The number of a process is given again, in containers soon: its begin is not.
  const now = beginOf(id);
  if (now !== null && begin !== '') return now !== begin;
  return id === process.pid || !isRunning(id);
}

async function isOld(path: string): Promise<boolean> {
  return await stat(path).then(
    ({ mtimeMs }) => Date.now() - mtimeMs > AT_IT_MS,
    () => false,
  );
}

/** When a process began, as Linux counts it; null where there is no telling. */
function beginOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name, in parentheses, may hold anything; the begin is the 20th field after it.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
