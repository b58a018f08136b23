/** What the routes stand on. */
import type { LockSession, Project, ServerSession } from '../../session/open.js';
import type { Server } from '../../control/server.js';

export type Role = 'read' | 'operate';

/** A secret that lets a program or person in. */
export interface WebToken {
  /** Stands in histories as who asked. */
  name: string;
  role: Role;
  secret: string;
}

/** Who asks. */
export interface Caller {
  /** The token's name; `web` where none is needed. */
  name: string;
  role: Role;
  /** As histories keep it. */
  by: string;
}

export interface WebLimits {
  /** Largest body that is read, in bytes. */
  bodyBytes: number;
  /** How long a request may take, in milliseconds; streams of events excepted. */
  requestMs: number;
  /** How long a request waits for Temporal to be connected, in milliseconds; three times as long once more where it is late. */
  connectMs: number;
  /** How long one call to Temporal may take, in milliseconds. */
  callMs: number;
  /** Requests that are worked on at a time; the others wait, and so many may wait. */
  atOnce: number;
  waiting: number;
  /** Actions, and wrong tokens, that one caller or address may send in a minute. */
  actionsPerMinute: number;
  wrongTokensPerMinute: number;
  /** Streams of events that are open at a time. */
  streams: number;
  /** How often the server is asked what has changed while anyone listens, in milliseconds. */
  pollMs: number;
  /** How many answers to actions with a key are remembered. */
  rememberedAnswers: number;
}

export const LIMITS: WebLimits = {
  bodyBytes: 256 * 1024,
  requestMs: 20_000,
  connectMs: 2_000,
  callMs: 8_000,
  atOnce: 16,
  waiting: 2_000,
  actionsPerMinute: 120,
  wrongTokensPerMinute: 10,
  streams: 200,
  pollMs: 2_000,
  rememberedAnswers: 1_000,
};

export interface WebParts {
  project: Project;
  /** Opened at the first request, and anew after it broke. @throws TemporalUnreachable, ServerNotKnown */
  temporal(): Promise<ServerSession>;
  /** The same for the lock store. @throws LockStoreUnreachable, ServerNotKnown */
  redis(): Promise<LockSession>;
  /** The server asked in a caller's name; with a key, what is written twice under it has one effect. */
  serverFor(caller: Caller, key?: string): Promise<Server>;
  /** Told of an error a request met, so that a connection that broke is not used again. */
  met(error: unknown): void;
  /** What doctor looks at. */
  checks(): Promise<{ name: string; state: 'ok' | 'odd' | 'fails' | 'skipped'; text: string; mend: string | null }[]>;
  /** Of daychain. */
  version: string;
  /** Epoch milliseconds. */
  now(): number;
  /** Empty: none is needed, and only this machine is listened to. */
  tokens: readonly WebToken[];
  /** Who asks where no token is needed. */
  person: string;
  limits: WebLimits;
  /** Folder of the page's built files. */
  pageDir: string;
  /** Aborted when the server stops. */
  stopped: AbortSignal;
  /** Told of every action that was carried out or answered: who, what, and the body as sent. */
  acted(action: { by: string; action: string; status: number; body: string }): void;
  /** For faults of our own: their stacks are no business of a client. */
  log(text: string, error: unknown): void;
}
