/** Where a process of `up` writes what is no line of its log: the words of a crash. */
import { existsSync, mkdirSync, openSync, renameSync, statSync } from 'node:fs';

/** More than this of an earlier process's words is put aside first, once. */
const MOST_OUT_BYTES = 1024 * 1024;

/** Without its folder, which someone may have deleted, the process works on unheard. */
export function openOut(dir: string, file: string): number | 'ignore' {
  try {
    // The folder above is not made anew: whoever deleted it meant it.
    if (!existsSync(dir)) mkdirSync(dir);
    if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > MOST_OUT_BYTES) renameSync(file, `${file}.1`);
    return openSync(file, 'a');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'ignore';
    throw error;
  }
}
