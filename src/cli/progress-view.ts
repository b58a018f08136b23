/** A run's progress as it goes: redrawn in place on a terminal, one line per event elsewhere. */
import { createLogUpdate } from 'log-update';
import { itemsOf, tenthOf } from '../control/items.js';
import type { RunSnapshot, TaskSnapshot } from '../control/progress.js';
import type { Output } from './output.js';
import { nameWidth, taskLine, type LineContext } from './run-lines.js';

export interface ProgressView {
  show(snapshot: RunSnapshot): void;
  /** Leaves the last picture standing. */
  close(): void;
}

/** Progress goes to stderr: it is not the answer. `run`: its workflow ID. */
export function openProgress(
  out: Output,
  zone: string,
  options: { run: string; now?: () => number; names?: readonly string[] },
): ProgressView {
  const now = options.now ?? Date.now;
  return out.live ? new LiveProgress(out, zone, now, options.run) : new PlainProgress(out, zone, now, options.names ?? []);
}

/** How often a picture is drawn, so that durations count on between two looks at the server. */
const REDRAW_MS = 100;

class LiveProgress implements ProgressView {
  private readonly draw;
  private readonly timer: NodeJS.Timeout;
  private last: RunSnapshot | null = null;

  constructor(
    private readonly out: Output,
    private readonly zone: string,
    private readonly now: () => number,
    private readonly run: string,
  ) {
    this.draw = createLogUpdate(out.stderr, { showCursor: true });
    this.timer = setInterval(() => this.render(), REDRAW_MS);
    this.timer.unref();
  }

  show(snapshot: RunSnapshot): void {
    this.last = snapshot;
    this.render();
  }

  close(): void {
    clearInterval(this.timer);
    this.render();
    this.draw.done();
  }

  private render(): void {
    if (this.last === null) return;
    const { tasks } = this.last;
    const context = this.context(tasks);
    // What is over scrolls out of a small terminal first.
    const room = Math.max(5, ((this.out.stderr as { rows?: number }).rows ?? 40) - 3);
    const shown = tasks.length <= room ? tasks : mostTelling(tasks, room - 1);
    const lines = shown.map((task) => taskLine(task, context));
    if (shown.length < tasks.length) lines.push(`  … and ${tasks.length - shown.length} more: daychain show ${this.run}`);
    this.draw(lines.join('\n'));
  }

  private context(tasks: readonly TaskSnapshot[]): LineContext {
    const width = nameWidth(tasks.map(({ task }) => task));
    return { out: this.out, stream: this.out.stderr, zone: this.zone, now: this.now(), nameWidth: width };
  }
}

/** Open and failed tasks first, in their own order. */
function mostTelling(tasks: readonly TaskSnapshot[], room: number): TaskSnapshot[] {
  const rank = ({ status, phase }: TaskSnapshot) =>
    status === 'failed' || status === 'cancelled'
      ? 0
      : status === 'pending' && phase !== 'waiting_for_upstream'
        ? 1
        : status === 'pending'
          ? 3
          : 2;
  const chosen = new Set([...tasks].sort((a, b) => rank(a) - rank(b)).slice(0, room));
  return tasks.filter((task) => chosen.has(task));
}

class PlainProgress implements ProgressView {
  private readonly told = new Map<string, string>();

  constructor(
    private readonly out: Output,
    private readonly zone: string,
    private readonly now: () => number,
    private readonly names: readonly string[],
  ) {}

  show({ tasks }: RunSnapshot): void {
    const width = nameWidth([...this.names, ...tasks.map(({ task }) => task)]);
    for (const task of tasks) {
      const event = eventOf(task);
      if (event === null || this.told.get(task.task) === event) continue;
      this.told.set(task.task, event);
      const context: LineContext = { out: this.out, stream: this.out.stderr, zone: this.zone, now: this.now(), nameWidth: width };
      this.out.note(taskLine(task, context));
    }
  }

  close(): void {
    // Every line stands already.
  }
}

/** What makes a line worth writing: a new state, a new attempt, a tenth of many items. Waiting for parents is no event. */
function eventOf(task: TaskSnapshot): string | null {
  if (task.phase === 'waiting_for_upstream' || task.phase === 'queued') return null;
  const tenth = tenthOf(itemsOf(task.pending?.progress));
  return `${task.status} ${task.phase} ${task.pending !== null && task.pending.attempt > 1 ? task.pending.attempt : ''} ${tenth}`;
}
