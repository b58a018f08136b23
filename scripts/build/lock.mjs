/** One build at a time in one folder: a file that only one process can create, holding its pid. */
import { closeSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { relative } from './paths.mjs';

const WAIT_MS = 180_000;
const POLL_MS = 100;
/** A lock without a readable pid is one that is just being written, or one whose writer died in between. */
const UNSIGNED_MS = 5_000;

/** Runs `work` while holding the lock; waits up to three minutes for another holder, and takes over from a dead one. */
export async function withBuildLock(file, work) {
  await acquire(file);
  const release = () => rmSync(file, { force: true });
  const interrupted = (signal) => {
    release();
    process.exit(signal === 'SIGINT' ? 130 : 143);
  };
  process.on('SIGINT', interrupted).on('SIGTERM', interrupted);
  try {
    return await work();
  } finally {
    process.off('SIGINT', interrupted).off('SIGTERM', interrupted);
    release();
  }
}

async function acquire(file) {
  mkdirSync(path.dirname(file), { recursive: true });
  const deadline = Date.now() + WAIT_MS;
  let told = false;
  while (!create(file)) {
    const holder = readHolder(file);
    if (holder !== null && !holder.alive) {
      removeStale(file, holder.text);
      continue;
    }
    if (Date.now() > deadline) {
      throw new Error(
        `another build (pid ${holder?.text ?? 'unknown'}) has held ${relative(file)} for ${WAIT_MS / 60_000} minutes; ` +
          'end it, or delete that file if nothing runs',
      );
    }
    if (!told) process.stderr.write(`build: waiting for another build here (pid ${holder?.text ?? 'unknown'})\n`);
    told = true;
    await sleep(POLL_MS);
  }
}

function create(file) {
  try {
    const descriptor = openSync(file, 'wx');
    writeSync(descriptor, String(process.pid));
    closeSync(descriptor);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

/** Null: gone meanwhile. */
function readHolder(file) {
  try {
    const text = readFileSync(file, 'utf8');
    const pid = Number(text);
    if (Number.isInteger(pid) && pid > 0) return { text, alive: isAlive(pid) };
    return { text, alive: Date.now() - statSync(file).mtimeMs < UNSIGNED_MS };
  } catch (error) {
    if (error.code === 'ENOENT') return null;
    throw error;
  }
}

/**
 * Moves the dead holder's file away before deleting it: of two that see it dead only one can move it.
 * If the move caught a new holder's file instead, both would build; dist/ would still end up right, as both write the same.
 */
function removeStale(file, text) {
  const aside = `${file}.${process.pid}`;
  try {
    if (readFileSync(file, 'utf8') !== text) return;
    renameSync(file, aside);
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
  rmSync(aside, { force: true });
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
