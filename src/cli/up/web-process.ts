/** The API and the page as a process of their own: started, started again when it dies, stopped in time. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { markOf } from '../../local/process-mark.js';
import type { ProcessMark } from '../../local/state.js';
import { durationText } from '../../plan/duration.js';
import { shortenedPath } from '../paths.js';
import { openOut } from './out-file.js';
import type { UpMessage } from './worker-messages.js';

/** From the process: it listens. */
export interface WebReadyMessage {
  type: 'web';
  url: string;
  port: number;
}

export interface WebProcessOptions {
  projectDir: string;
  /** Folder of its log. */
  logDir: string;
  /** File in it for what it writes past its log: the words of a crash. */
  outFile: string;
  /** Told of each new process, again once it listens, and of null when there is none. */
  onProcess(mark: ProcessMark | null, url: string | null): void;
  /** Told when it ended unasked, in words for people. */
  onTrouble(text: string): void;
}

const READY_WITHIN_MS = 60_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
const WELL_AFTER_MS = 60_000;
const STOPS_WITHIN_MS = 3_000;

export class WebProcess {
  private port: number | null = null;
  private child: ChildProcess | null = null;
  private stopping = false;
  private restarting = false;
  private pauseMs = FIRST_PAUSE_MS;
  private pause: NodeJS.Timeout | undefined;

  constructor(private readonly options: WebProcessOptions) {}

  /** Starts it and resolves with its address. Rejects if it ends before, or takes longer than a minute. */
  async start(): Promise<string> {
    const child = this.launch();
    return await new Promise<string>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(this.told('does not listen after a minute'))), READY_WITHIN_MS);
      child.on('message', (message) => {
        if (!isWebReady(message)) return;
        clearTimeout(timer);
        resolve(message.url);
      });
      child.once('exit', (code, signal) => {
        clearTimeout(timer);
        reject(new Error(this.told(`ended at its start (${signal ?? `exit code ${code}`})`)));
      });
    });
  }

  /** With the files as they are now: the old process ends, a new one takes its port. */
  restart(): void {
    if (this.stopping || this.child === null) return;
    this.restarting = true;
    this.tellToStop(this.child);
  }

  async stop(): Promise<void> {
    this.stopping = true;
    clearTimeout(this.pause);
    const { child } = this;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    this.tellToStop(child);
    await gone;
  }

  /** At once. */
  kill(): void {
    this.stopping = true;
    clearTimeout(this.pause);
    this.child?.kill('SIGKILL');
  }

  private tellToStop(child: ChildProcess): void {
    const message: UpMessage = { type: 'stop', drainMs: 0 };
    if (child.connected) child.send(message, () => {});
    const timer = setTimeout(() => child.kill('SIGKILL'), STOPS_WITHIN_MS);
    child.once('exit', () => clearTimeout(timer));
  }

  private launch(): ChildProcess {
    const { projectDir, logDir, outFile, onProcess } = this.options;
    const out = openOut(logDir, outFile);
    const main = new URL(import.meta.url.endsWith('.ts') ? '../main.ts' : '../main.js', import.meta.url);
    const port = this.port === null ? [] : ['--port', String(this.port)];
    const words = ['web', '--project', projectDir, '--or-next', '--log-dir', logDir, ...port];
    const child = spawn(process.execPath, [...process.execArgv, fileURLToPath(main), ...words], {
      // As the worker: Ctrl-C at the terminal is for `up` alone.
      detached: true,
      stdio: ['ignore', out, out, 'ipc'],
    });
    if (out !== 'ignore') closeSync(out);
    this.child = child;
    const began = performance.now();
    const mark = child.pid === undefined ? null : markOf(child.pid);
    onProcess(mark, null);
    child.on('message', (message) => {
      if (!isWebReady(message)) return;
      this.port = message.port;
      onProcess(mark, message.url);
    });
    child.once('error', (error) => this.options.onTrouble(this.told(`cannot be started: ${error.message}`)));
    child.once('exit', (code, signal) => {
      onProcess(null, null);
      if (!this.stopping) this.again(signal ?? `exit code ${code}`, performance.now() - began);
    });
    return child;
  }

  private again(how: string, livedMs: number): void {
    if (this.restarting) {
      this.restarting = false;
      this.launch();
      return;
    }
    if (livedMs > WELL_AFTER_MS) this.pauseMs = FIRST_PAUSE_MS;
    this.options.onTrouble(this.told(`ended unasked (${how}); it is started again in ${durationText(this.pauseMs)}`));
    this.pause = setTimeout(() => this.launch(), this.pauseMs);
    this.pauseMs = Math.min(this.pauseMs * 2, LONGEST_PAUSE_MS);
  }

  private told(what: string): string {
    return `The page's process ${what}. Its log: ${shortenedPath(this.options.logDir)}`;
  }
}

function isWebReady(message: unknown): message is WebReadyMessage {
  return typeof message === 'object' && message !== null && (message as WebReadyMessage).type === 'web';
}
