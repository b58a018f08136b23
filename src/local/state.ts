/** What a running `daychain up` leaves in `.daychain/state.json`, so that other commands find its servers. */

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { readJson, writeJson } from './json-file.js';
import { isAlive } from './process-mark.js';

export interface ProcessMark {
  pid: number;
  /** Start time of the process as the system gives it: tells a reused pid from the process meant. */
  started: string;
}

export interface LocalState {
  /** The `up` that owns the servers. */
  up: ProcessMark;
  project: string;
  projectDir: string;
  /** ISO instant. */
  since: string;
  temporal: { address: string; ui: string | null; version: string; process: ProcessMark | null } | null;
  redis: {
    host: string;
    port: number;
    kind: 'redis-server' | 'valkey-server' | 'embedded';
    version: string;
    process: ProcessMark | null;
  } | null;
  worker: ProcessMark | null;
  /** The API and the page; absent in what versions without them left. */
  web?: { process: ProcessMark; url: string | null } | null;
}

/**
 * The state a running `up` left in this `.daychain` folder; null when there is none, or when that `up` is dead
 * (then its servers may still run, but nobody looks after them: the next `up` stops them).
 */
export function readState(dir: string): LocalState | null {
  const state = readJson(stateFile(dir)) as LocalState | null;
  return state !== null && isAlive(state.up) ? state : null;
}

/** What the last `up` left, dead or alive: for the one who takes over after it. */
export function readLastState(dir: string): LocalState | null {
  return readJson(stateFile(dir)) as LocalState | null;
}

/** Writes the state whole. Only the owner of the folder (see `openHome`) may. */
export function writeState(dir: string, state: LocalState): void {
  writeJson(stateFile(dir), state);
}

/** Removes the state, if there is one. */
export function clearState(dir: string): void {
  rmSync(stateFile(dir), { force: true });
}

function stateFile(dir: string): string {
  return join(dir, 'state.json');
}
