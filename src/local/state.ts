/** What a running `daychain up` leaves in `.daychain/state.json`, so that other commands find its servers. */

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
}
