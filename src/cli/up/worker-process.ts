/** The worker as a process of its own: started, started again when it dies, stopped in time. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { markOf } from '../../local/process-mark.js';
import type { ProcessMark } from '../../local/state.js';
import { durationText } from '../../plan/duration.js';
import { shortenedPath } from '../paths.js';
import { isReadyMessage, type StopMessage } from './worker-messages.js';

export interface WorkerProcessOptions {
  projectDir: string;
  /** Its lines are appended here. */
  logFile: string;
  /** Told of each new process, and of null when there is none. */
  onProcess(mark: ProcessMark | null): void;
  /** Told when it ended unasked, in words for people. */
  onTrouble(text: string): void;
  /** Told when it polls again after trouble. */
  onRecovered(): void;
}

const READY_WITHIN_MS = 60_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
/** A worker that lived this long was well: the next pause is short again. */
const WELL_AFTER_MS = 60_000;

export class WorkerProcess {
  private child: ChildProcess | null = null;
  private stopping = false;
  private pauseMs = FIRST_PAUSE_MS;
  private pause: NodeJS.Timeout | undefined;
  private troubled = false;

  constructor(private readonly options: WorkerProcessOptions) {}

  /** Starts it and resolves when it polls. Rejects if it ends before, or takes longer than a minute. */
  async start(): Promise<void> {
    const child = this.launch();
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(this.told('does not poll after a minute'))), READY_WITHIN_MS);
      const settle = (end: () => void) => {
        clearTimeout(timer);
        end();
      };
      child.on('message', (message) => isReadyMessage(message) && settle(resolve));
      child.once('exit', (code, signal) =>
        settle(() => reject(new Error(this.told(`ended at its start (${signal ?? `exit code ${code}`})`)))),
      );
    });
  }

  /** Tells it to stop; kills it when it has not after `withinMs`. Resolves when it is gone. */
  async stop(drainMs: number, withinMs: number): Promise<void> {
    this.stopping = true;
    clearTimeout(this.pause);
    const { child } = this;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    const message: StopMessage = { type: 'stop', drainMs };
    if (child.connected) child.send(message, () => {});
    const timer = setTimeout(() => child.kill('SIGKILL'), withinMs);
    await gone;
    clearTimeout(timer);
  }

  /** At once: what it runs is repeated by the next worker. */
  kill(): void {
    this.stopping = true;
    clearTimeout(this.pause);
    this.child?.kill('SIGKILL');
  }

  private launch(): ChildProcess {
    const { projectDir, logFile, onProcess } = this.options;
    const log = openSync(logFile, 'a');
    // From sources, tests run it as it is; the package runs what was built.
    const main = new URL(import.meta.url.endsWith('.ts') ? '../main.ts' : '../main.js', import.meta.url);
    const child = spawn(process.execPath, [...process.execArgv, fileURLToPath(main), 'worker', '--project', projectDir], {
      // A group of its own: Ctrl-C at the terminal is for `up` alone, which then stops it in order.
      detached: true,
      stdio: ['ignore', log, log, 'ipc'],
    });
    closeSync(log);
    this.child = child;
    const began = performance.now();
    if (child.pid !== undefined) onProcess(markOf(child.pid));
    child.on('message', (message) => {
      if (!isReadyMessage(message) || !this.troubled) return;
      this.troubled = false;
      this.options.onRecovered();
    });
    child.once('error', (error) => this.options.onTrouble(this.told(`cannot be started: ${error.message}`)));
    child.once('exit', (code, signal) => {
      onProcess(null);
      if (!this.stopping) this.restart(signal ?? `exit code ${code}`, performance.now() - began);
    });
    return child;
  }

  private restart(how: string, livedMs: number): void {
    if (livedMs > WELL_AFTER_MS) this.pauseMs = FIRST_PAUSE_MS;
    this.troubled = true;
    this.options.onTrouble(this.told(`ended unasked (${how}); it is started again in ${durationText(this.pauseMs)}`));
    this.pause = setTimeout(() => this.launch(), this.pauseMs);
    this.pauseMs = Math.min(this.pauseMs * 2, LONGEST_PAUSE_MS);
  }

  private told(what: string): string {
    return `The worker ${what}. Its log: ${shortenedPath(this.options.logFile)}`;
  }
}
