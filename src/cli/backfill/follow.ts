/** Waiting for a backfill at the terminal. */
import { setTimeout as delay } from 'node:timers/promises';
import { createLogUpdate } from 'log-update';
import { readBackfill, type BackfillView } from '../../control/backfills.js';
import { connectionProblem } from '../../control/connection-problem.js';
import type { Server } from '../../control/server.js';
import type { Output } from '../output.js';
import { Interrupted } from '../problems.js';
import { clipped } from '../table.js';
import { progressText } from './lines.js';

const LOOK_EVERY_MS = 500;
/** Where lines are not redrawn, progress is told at most so often. */
const TELL_EVERY_MS = 10_000;
/** A server that restarts is waited for; one that is gone for longer is told of. */
const PATIENCE_MS = 30_000;

/**
 * Shows a backfill until it has ended.
 * @throws Interrupted on Ctrl-C; the backfill goes on
 */
export async function followBackfill(out: Output, server: Server, workflowId: string): Promise<BackfillView> {
  const stop = new AbortController();
  const interrupt = () => stop.abort();
  process.once('SIGINT', interrupt);
  const teller = out.live ? liveTeller(out) : plainTeller(out);
  let awaySince: number | null = null;
  try {
    for (;;) {
      try {
        const view = await readBackfill(server, workflowId);
        if (view === null) throw new Error(`the backfill ${workflowId} is gone: it was deleted while it was waited for`);
        awaySince = null;
        if (view.end !== null) return view;
        if (view.progress !== null) teller.tell(clipped(`  ${progressText(view.progress)}`, out.width));
      } catch (error) {
        if (connectionProblem(error) === null) throw error;
        awaySince ??= performance.now();
        if (performance.now() - awaySince > PATIENCE_MS) throw error;
      }
      await delay(LOOK_EVERY_MS, undefined, { signal: stop.signal });
    }
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    throw new Interrupted(
      `Not waited for any longer; ${workflowId} goes on.\nSee it: daychain backfill show ${workflowId}     Stop it: daychain backfill cancel ${workflowId} --reason "…"`,
    );
  } finally {
    teller.close();
    process.removeListener('SIGINT', interrupt);
  }
}

interface Teller {
  tell(line: string): void;
  close(): void;
}

function liveTeller(out: Output): Teller {
  const draw = createLogUpdate(out.stderr, { showCursor: true });
  return { tell: (line) => draw(line), close: () => draw.done() };
}

function plainTeller(out: Output): Teller {
  let told = '';
  let toldAt = -Infinity;
  return {
    tell(line) {
      if (line === told || performance.now() - toldAt < TELL_EVERY_MS) return;
      told = line;
      toldAt = performance.now();
      out.note(line);
    },
    close() {
      // Every line stands already.
    },
  };
}
