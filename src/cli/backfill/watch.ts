/** `daychain backfill show --watch`. */
import { readBackfill, type BackfillView } from '../../control/backfills.js';
import type { Server } from '../../control/server.js';
import type { Output } from '../output.js';
import { watch, type WatchedEvent } from '../watch.js';
import { endLines, progressText, showLines } from './lines.js';

/**
 * Shows a backfill again and again until it has ended.
 * @throws Interrupted on Ctrl-C; the backfill goes on
 */
export async function watchBackfill(out: Output, server: Server, workflowId: string, zone: string): Promise<BackfillView> {
  return await watch(out, server, {
    async read() {
      const view = await readBackfill(server, workflowId);
      if (view === null) throw new Error(`the backfill ${workflowId} is gone: it was deleted while it was watched`);
      return view;
    },
    picture: (view, now) => showLines(out, view, zone, now),
    events: (view) => [backfillEvent(out, view)],
    answer: (view) => view,
    isOver: ({ end }) => end !== null,
  });
}

/** Told anew whenever a run has ended or begun, it is held or released, its worker is gone, or it is over. */
export function backfillEvent(out: Output, view: BackfillView): WatchedEvent {
  const { workflowId, progress, end } = view;
  if (end !== null) return { key: workflowId, state: end, line: endLines(out, view).join('\n') };
  if (progress === null) return { key: workflowId, state: 'no worker', line: `${workflowId}: no worker answers` };
  const { left, working, held } = progress;
  return { key: workflowId, state: `${left} ${working} ${held?.by}`, line: progressText(progress) };
}
