/** The worker as a process of its own: started, started again when it dies, stopped in time. */
import type { ChildProcess } from 'node:child_process';
import { markOf } from '../../local/process-mark.js';
import type { ProcessMark } from '../../local/state.js';
import { durationText } from '../../plan/duration.js';
import { shortenedPath } from '../paths.js';
import { openOut } from './out-file.js';
import { isGone, onEnd } from './process-end.js';
import { spawnOwn } from './own-process.js';
import type { ProjectDigest } from './project-digest.js';
import { isWorkerMessage, type UpMessage, type WorkerMessage } from './worker-messages.js';

export interface WorkerProcessOptions {
  projectDir: string;
  /** Folder of its log. */
  logDir: string;
  /** File in it for what it writes past its log: the words of a crash. */
  outFile: string;
  /** Told of each new process, and of its end. */
  onProcess(): void;
  /** Told when it ended unasked, in words for people. */
  onTrouble(text: string): void;
  /** Told when it polls again after trouble. */
  onRecovered(): void;
}

const READY_WITHIN_MS = 60_000;
const SYNCED_WITHIN_MS = 60_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
/** A worker that lived this long was well: the next pause is short again. */
const WELL_AFTER_MS = 60_000;

type Told<T extends WorkerMessage['type']> = Extract<WorkerMessage, { type: T }>;

export class WorkerProcess {
  /** What the newest process has read of the project; null while it is reading. */
  digest: ProjectDigest | null = null;
  /** Of its process; null while there is none. */
  mark: ProcessMark | null = null;
  private child: ChildProcess | null = null;
  private stopping = false;
  private pauseMs = FIRST_PAUSE_MS;
  private pause: NodeJS.Timeout | undefined;
  private troubled = false;

  constructor(private readonly options: WorkerProcessOptions) {}

  /** Starts it and resolves when it polls. Rejects if it ends before, or takes longer than a minute. */
  async start(): Promise<void> {
    await this.told(this.launch(false), 'ready', READY_WITHIN_MS, 'does not poll after a minute');
  }

  /**
   * Starts it to read the project, and no more: it polls once `go` is called.
   * @throws Error in words where it cannot read the project or its settings, or takes longer than a minute
   */
  async stage(): Promise<ProjectDigest> {
    const child = this.launch(true);
    const late = 'has not read the project after a minute';
    const { digest } = await this.told(child, 'loaded', READY_WITHIN_MS, late);
    return digest;
  }

  /** Lets a staged one poll, and resolves when it does. Rejects as `start` does. */
  async go(): Promise<void> {
    this.send({ type: 'go' });
    await this.told(this.child!, 'ready', READY_WITHIN_MS, 'does not poll after a minute');
    this.staged = false;
  }

  /** Has it make the server's schedules match its files, also those with `known` ids. @throws Error in words where that fails */
  async sync(known: string[]): Promise<Told<'synced'>['steps']> {
    this.send({ type: 'sync', known });
    const { steps } = await this.told(this.child!, 'synced', SYNCED_WITHIN_MS, 'has not synced after a minute');
    return steps;
  }

  /** Has it take on nothing new; resolves when it is gone, however long the bodies that it runs take. */
  async retire(): Promise<void> {
    await this.end({ type: 'stop', drainMs: null });
  }

  /** Tells it to stop; kills it when it has not after `withinMs`. Resolves when it is gone. */
  async stop(drainMs: number, withinMs: number): Promise<void> {
    const timer = setTimeout(() => this.child?.kill('SIGKILL'), withinMs);
    await this.end({ type: 'stop', drainMs });
    clearTimeout(timer);
  }

  /** At once: what it runs is repeated by the next worker. */
  kill(): void {
    this.stopping = true;
    clearTimeout(this.pause);
    this.child?.kill('SIGKILL');
  }

  get pid(): number | undefined {
    return this.child?.pid;
  }

  private staged = false;

  private async end(message: UpMessage): Promise<void> {
    this.stopping = true;
    clearTimeout(this.pause);
    const { child } = this;
    if (child === null || isGone(child)) return;
    const gone = new Promise<void>((resolve) => onEnd(child, () => resolve()));
    this.send(message);
    await gone;
  }

  private send(message: UpMessage): void {
    if (this.child?.connected) this.child.send(message, () => {});
  }

  private launch(staged: boolean): ChildProcess {
    const { logDir, outFile, onProcess } = this.options;
    const log = openOut(logDir, outFile);
    const child = this.spawned(log, staged);
    this.child = child;
    this.staged = staged;
    const began = performance.now();
    this.mark = child.pid === undefined ? null : markOf(child.pid);
    onProcess();
    child.on('message', (message) => {
      if (!isWorkerMessage(message)) return;
      if (message.type === 'loaded') this.digest = message.digest;
      if (message.type !== 'ready' || !this.troubled) return;
      this.troubled = false;
      this.options.onRecovered();
    });
    // Without a listener an error would end this process; one that matters is heard of as the end.
    child.on('error', () => {});
    onEnd(child, (how) => {
      if (this.child === child) this.mark = null;
      onProcess();
      // One that has not worked yet is whoever's staged it to judge.
      if (!this.stopping && !this.staged) this.restart(how, performance.now() - began);
    });
    return child;
  }

  private spawned(log: number | 'ignore', staged: boolean): ChildProcess {
    const { projectDir, logDir } = this.options;
    return spawnOwn(['worker', '--project', projectDir, '--log-dir', logDir, ...(staged ? ['--staged'] : [])], log);
  }

  /** Resolves with the first message of a type. Rejects in words where the process refuses, ends or is late. */
  private told<T extends WorkerMessage['type']>(child: ChildProcess, type: T, withinMs: number, late: string): Promise<Told<T>> {
    return new Promise((resolve, reject) => {
      const settle = (end: () => void) => {
        clearTimeout(timer);
        child.off('message', listen);
        forget();
        end();
      };
      const fail = (text: string) => settle(() => reject(new Error(text)));
      const listen = (message: unknown) => {
        if (!isWorkerMessage(message)) return;
        if (message.type === type) settle(() => resolve(message as Told<T>));
        if (message.type === 'refused' || (message.type === 'not_synced' && type === 'synced')) fail(message.message);
      };
      const forget = onEnd(child, (how) => fail(this.withLog(`ended at its start (${how})`)));
      const timer = setTimeout(() => fail(this.withLog(late)), withinMs);
      child.on('message', listen);
    });
  }

  private restart(how: string, livedMs: number): void {
    if (livedMs > WELL_AFTER_MS) this.pauseMs = FIRST_PAUSE_MS;
    this.troubled = true;
    this.options.onTrouble(this.withLog(`ended unasked (${how}); it is started again in ${durationText(this.pauseMs)}`));
    this.pause = setTimeout(() => this.relaunch(), this.pauseMs);
    this.pauseMs = Math.min(this.pauseMs * 2, LONGEST_PAUSE_MS);
  }

  /** A launch that fails, say because its log cannot be opened, is tried again as one that ended. */
  private relaunch(): void {
    try {
      this.launch(false);
    } catch (error) {
      this.restart((error as Error).message, 0);
    }
  }

  private withLog(what: string): string {
    return `The worker ${what}. Its log: ${shortenedPath(this.options.logDir)}`;
  }
}
