/** Ctrl-C and SIGTERM: the first asks for an orderly stop, the second for a quick one. */
export class StopSignals {
  private readonly controller = new AbortController();
  private tellFirst!: () => void;
  private tellSecond!: () => void;
  /** Resolves at the first signal. */
  readonly first = new Promise<void>((resolve) => (this.tellFirst = resolve));
  readonly second = new Promise<void>((resolve) => (this.tellSecond = resolve));
  /** Aborted at the first signal. */
  readonly signal = this.controller.signal;
  private readonly listener = () => {
    if (this.signal.aborted) {
      this.tellSecond();
      return;
    }
    this.controller.abort(new Error('stopped'));
    this.tellFirst();
  };

  constructor() {
    for (const name of NAMES) process.on(name, this.listener);
    // An idle event loop would end a process that only waits for a signal.
    this.keptAlive = setInterval(() => {}, 60_000);
  }

  private readonly keptAlive: NodeJS.Timeout;

  release(): void {
    clearInterval(this.keptAlive);
    for (const name of NAMES) process.removeListener(name, this.listener);
  }
}

const NAMES = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
