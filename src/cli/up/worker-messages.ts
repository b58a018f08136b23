/** What `up` and its worker tell each other. */

/** From the worker: it polls. */
export interface WorkerMessage {
  type: 'ready';
}

/** To the worker: stop; bodies may run on for this long. */
export interface StopMessage {
  type: 'stop';
  drainMs: number;
}

export function isReadyMessage(message: unknown): message is WorkerMessage {
  return typeof message === 'object' && message !== null && (message as WorkerMessage).type === 'ready';
}

export function isStopMessage(message: unknown): message is StopMessage {
  return typeof message === 'object' && message !== null && (message as StopMessage).type === 'stop';
}
