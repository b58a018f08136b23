/** Why an attempt is told to stop, and what becomes of it then. */
import { setMaxListeners } from 'node:events';
import { durationText } from '../plan/duration.js';

export type StopCause = 'timeout' | 'cancelled' | 'lock_lost' | 'lock_unreachable' | 'shutdown';

/** The reason of `ctx.signal` once it is aborted. */
export class StopRequested extends Error {
  override name = 'StopRequested';

  constructor(
    readonly why: StopCause,
    message: string,
  ) {
    super(message);
  }
}

/** A body has this long to end after it was told to; then it is left behind. Milliseconds. */
export const STOP_PATIENCE_MS = 10_000;

/** The first cause wins: what comes later changes nothing any more. */
export class StopSwitch {
  private readonly controller = new AbortController();
  readonly signal = this.controller.signal;

  constructor() {
    // A body may listen at as many places as it works in at a time; Node warns of more than ten.
    setMaxListeners(0, this.signal);
  }

  get cause(): StopRequested | null {
    return this.signal.aborted ? (this.signal.reason as StopRequested) : null;
  }

  stop(why: StopCause, message: string): void {
    if (!this.signal.aborted) this.controller.abort(new StopRequested(why, message));
  }

  /** Calls back once it is stopped, at once if it is already. Returns a function that forgets the callback. */
  onStop(callback: () => void): () => void {
    if (this.signal.aborted) {
      callback();
      return () => {};
    }
    this.signal.addEventListener('abort', callback, { once: true });
    return () => this.signal.removeEventListener('abort', callback);
  }
}

/** Calls back once the signal is aborted, at once if it is already. */
function listen(signal: AbortSignal, listener: () => void): void {
  if (signal.aborted) listener();
  else signal.addEventListener('abort', listener, { once: true });
}

/** Lets a time-out, the activity's cancellation and the worker's shutdown stop it. Returns what ends that. */
export function stopOn(stop: StopSwitch, timeoutMs: number, cancellation: AbortSignal, shutdown: AbortSignal): () => void {
  const limit = setTimeout(() => stop.stop('timeout', `timed out after ${durationText(timeoutMs)}`), timeoutMs);
  const onCancel = () => stop.stop('cancelled', 'cancelled');
  const onShutdown = () => stop.stop('shutdown', 'the worker is stopping');
  listen(cancellation, onCancel);
  listen(shutdown, onShutdown);
  return () => {
    clearTimeout(limit);
    cancellation.removeEventListener('abort', onCancel);
    shutdown.removeEventListener('abort', onShutdown);
  };
}

/** Resolves after so long, or as soon as it is stopped. */
export async function pause(milliseconds: number, stop: StopSwitch): Promise<void> {
  let forget = () => {};
  let timer: NodeJS.Timeout | undefined;
  await new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds);
    forget = stop.onStop(resolve);
  });
  clearTimeout(timer);
  forget();
}
