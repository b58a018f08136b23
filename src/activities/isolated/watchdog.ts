/** Ends a process when its worker is gone, however busy its loop is: from a thread, which no body can block. */
import { Worker } from 'node:worker_threads';

/** How often the thread looks. Milliseconds. */
const LOOK_EVERY_MS = 250;

/** @param parent pid of the worker */
export function endWithParent(parent: number): void {
  new Worker(PROGRAM, { eval: true, workerData: { parent, every: LOOK_EVERY_MS } }).unref();
}

/**
 * An orphan is given to another parent, so its parent's pid changes. The whole group is ended: what the body started goes too.
 * Text, so that it needs no file of its own and no loader.
 */
const PROGRAM = `
const { workerData } = require('node:worker_threads');
const look = () => {
  if (process.ppid === workerData.parent) return;
  try { process.kill(-process.pid, 'SIGKILL'); } catch {}
  process.kill(process.pid, 'SIGKILL');
};
look();
setInterval(look, workerData.every);
`;
