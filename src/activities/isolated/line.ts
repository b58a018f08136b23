/** The child's end of the line to its worker: messages as they come, calls with answers, traces not too often. */
import type { Call, ToChild, ToParent } from './messages.js';
import { unpackError } from './travelling-error.js';

/** Traces are told this often at most: ten thousand checkpoints would drown the worker. Milliseconds. */
const TRACE_EVERY_MS = 100;

type Process = Pick<NodeJS.Process, 'send' | 'on'>;
type Rest<K extends ToParent['is']> = Omit<Extract<ToParent, { is: K }>, 'is'>;

export class Line {
  private calls = 0;
  private readonly open = new Map<number, { resolve(value: unknown): void; reject(error: unknown): void }>();
  private newest: ToParent | null = null;
  private timer: NodeJS.Timeout | undefined;
  private toldAt = -Infinity;

  constructor(private readonly process: Process) {}

  onMessage(hear: (message: ToChild) => void): void {
    this.process.on('message', (given: unknown) => {
      const message = given as ToChild;
      if (message.is === 'answer') this.settle(message.call, ({ resolve }) => resolve(message.value));
      else if (message.is === 'refusal') this.settle(message.call, ({ reject }) => reject(unpackError(message.error)));
      else hear(message);
    });
  }

  tell<K extends ToParent['is']>(is: K, rest: Rest<K>): void {
    const message = { is, ...rest } as unknown as ToParent;
    if (message.is === 'trace') this.tellTrace(message);
    else this.send(message);
  }

  /** Resolves when the message is out. */
  async tellLast<K extends ToParent['is']>(is: K, rest: Rest<K>): Promise<void> {
    this.flush();
    await new Promise<void>((resolve) => this.process.send!({ is, ...rest }, undefined, undefined, () => resolve()));
  }

  async call(what: Call): Promise<unknown> {
    const call = ++this.calls;
    const answer = new Promise((resolve, reject) => this.open.set(call, { resolve, reject }));
    this.send({ is: 'call', call, ...what });
    return await answer;
  }

  private settle(call: number, how: (open: { resolve(value: unknown): void; reject(error: unknown): void }) => void): void {
    const open = this.open.get(call);
    this.open.delete(call);
    if (open) how(open);
  }

  private tellTrace(message: ToParent): void {
    this.newest = message;
    const left = this.toldAt + TRACE_EVERY_MS - performance.now();
    if (left <= 0) this.flush();
    else this.timer ??= setTimeout(() => this.flush(), left);
  }

  /** Sends the trace that waits for its turn. */
  flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.newest === null) return;
    this.toldAt = performance.now();
    this.send(this.newest);
    this.newest = null;
  }

  /** A worker that is gone hears nothing; this process ends for it elsewhere. */
  private send(message: ToParent): void {
    this.process.send!(message, undefined, undefined, () => {});
  }
}
