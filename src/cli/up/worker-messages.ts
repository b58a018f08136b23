/** What `up` and its worker tell each other. */
import type { ProjectDigest } from './project-digest.js';

/** From the worker. */
export type WorkerMessage =
  /** It has read the project. A staged one waits now. */
  | { type: 'loaded'; digest: ProjectDigest }
  /** It cannot read the project or its settings, and ends. */
  | { type: 'refused'; message: string }
  /** It polls. */
  | { type: 'ready' }
  /** The schedules are as its files say, or why not. */
  | { type: 'synced'; steps: { id: string; text: string; changed: boolean }[] }
  | { type: 'not_synced'; message: string };

/** To the worker. */
export type UpMessage =
  /** Begin to poll: only to one that was started staged. */
  | { type: 'go' }
  /** Make the server's schedules match the files it has read, also those `known` from earlier files. */
  | { type: 'sync'; known: string[] }
  /** Stop; bodies may run on for this long, in milliseconds; null: to their end. */
  | { type: 'stop'; drainMs: number | null };

const FROM_WORKER = ['loaded', 'refused', 'ready', 'synced', 'not_synced'];
const TO_WORKER = ['go', 'sync', 'stop'];

export function isWorkerMessage(message: unknown): message is WorkerMessage {
  return FROM_WORKER.includes(typeOf(message));
}

export function isUpMessage(message: unknown): message is UpMessage {
  return TO_WORKER.includes(typeOf(message));
}

function typeOf(message: unknown): string {
  return typeof message === 'object' && message !== null ? String((message as { type?: unknown }).type) : '';
}
