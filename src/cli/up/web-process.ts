/** The API and the page as a process of their own: started, started again when it dies, stopped in time. */
import type { ChildProcess } from 'node:child_process';
import { markOf } from '../../local/process-mark.js';
import type { ProcessMark } from '../../local/state.js';
import { durationText } from '../../plan/duration.js';
import { shortenedPath } from '../paths.js';
import { openOut } from './out-file.js';
import { isGone, onEnd } from './process-end.js';
import { spawnOwn } from './own-process.js';
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
      onEnd(child, (how) => {
        clearTimeout(timer);
        reject(new Error(this.told(`ended at its start (${how})`)));
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
    if (child === null || isGone(child)) return;
    const gone = new Promise<void>((resolve) => onEnd(child, () => resolve()));
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
    const { logDir, outFile, onProcess } = this.options;
    const child = this.spawned(openOut(logDir, outFile));
    this.child = child;
    const began = performance.now();
    const mark = child.pid === undefined ? null : markOf(child.pid);
    onProcess(mark, null);
    child.on('message', (message) => {
      if (!isWebReady(message)) return;
      this.port = message.port;
      onProcess(mark, message.url);
    });
    // Without a listener an error would end this process; one that matters is heard of as the end.
    child.on('error', () => {});
    onEnd(child, (how) => {
      onProcess(null, null);
      if (!this.stopping) this.again(how, performance.now() - began);
    });
    return child;
  }

  private spawned(out: number | 'ignore'): ChildProcess {
    const { projectDir, logDir } = this.options;
    const port = this.port === null ? [] : ['--port', String(this.port)];
    return spawnOwn(['web', '--project', projectDir, '--or-next', '--log-dir', logDir, ...port], out);
  }

  private again(how: string, livedMs: number): void {
    if (this.restarting) {
      this.restarting = false;
      this.relaunch();
      return;
    }
    if (livedMs > WELL_AFTER_MS) this.pauseMs = FIRST_PAUSE_MS;
    this.options.onTrouble(this.told(`ended unasked (${how}); it is started again in ${durationText(this.pauseMs)}`));
    this.pause = setTimeout(() => this.relaunch(), this.pauseMs);
    this.pauseMs = Math.min(this.pauseMs * 2, LONGEST_PAUSE_MS);
  }

  /** A launch that fails, say because its log cannot be opened, is tried again as one that ended. */
  private relaunch(): void {
    try {
      this.launch();
    } catch (error) {
      this.again((error as Error).message, 0);
    }
  }

  private told(what: string): string {
    return `The page's process ${what}. Its log: ${shortenedPath(this.options.logDir)}`;
  }
}

function isWebReady(message: unknown): message is WebReadyMessage {
  return typeof message === 'object' && message !== null && (message as WebReadyMessage).type === 'web';
}
