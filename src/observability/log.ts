/** The worker's log: one JSON line per event, on stdout or in files. */
import { pino, type Logger } from 'pino';
import { RotatingFile } from './rotating-file.js';

/** @param base fields that stand in every line. Written at once: the last lines before a kill are the ones that matter. */
export function createLog(level: string, base: object): Logger {
  return pino({ level, base }, pino.destination({ dest: 1, sync: true }));
}

/** The same into files of a folder, rotated: for a worker that nobody collects the output of. */
export function createFileLog(level: string, base: object, files: { dir: string; project: string }): Logger {
  return pino({ level, base }, new RotatingFile(files.dir, files.project));
}
