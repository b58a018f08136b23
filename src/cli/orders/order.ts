/** What skip, hold, release and retry have in common at the terminal. */
import type { Command } from 'commander';
import type { OrderDone, OrderRequest } from '../../control/orders.js';
import type { Server } from '../../control/server.js';
import type { Registry } from '../../registry/index.js';
import { EXIT } from '../exit-codes.js';
import { noteNoWorker } from '../no-worker.js';
import type { Invocation } from '../program.js';
import { readRun } from '../../control/run-words.js';
import { openProject, openServer, runUrl } from '../session.js';
import { wrapped } from '../table.js';
import { orderText } from './text.js';

export interface OrderOptions {
  reason?: string;
  by?: string;
}

type Give<Request> = (server: Server, registry: Registry, workflowId: string, request: Request) => Promise<OrderDone>;

/** Adds the argument and options that every order has. */
export function configureOrder(command: Command): Command {
  return command
    .argument('<run...>', 'task_mail 2026-02-03, or daily-chain:20260203')
    .option('--reason <text>', 'why; the run keeps it, with who and when')
    .option('--by <name>', 'who, if not you');
}

/** Gives an order and tells what has come of it. `more`: what this one needs besides, read in the run's zone. */
export async function giveOrder<Request extends OrderRequest>(
  { out, project: named }: Invocation,
  words: readonly string[],
  options: OrderOptions,
  give: Give<Request>,
  more: (zone: string, now: number) => Omit<Request, keyof OrderRequest>,
): Promise<number> {
  const project = await openProject(named);
  const now = Date.now();
  const workflowId = readRun(words, project.zoneOf, now);
  const zone = project.zoneOf(workflowId.split(':')[0]!);
  const chain = project.registry.chain(workflowId.split(':')[0]!) !== undefined;
  const request = {
    ...more(zone, now),
    reason: options.reason ?? null,
    ...(options.by === undefined ? {} : { by: options.by }),
  } as Request;
  const session = await openServer(project);
  try {
    const done = await give(session.server, project.registry, workflowId, request);
    for (const line of wrapped(orderText(done, { zone, chain, now: Date.now() }), out.width)) out.say(line);
    out.answer({ ...done, url: runUrl(session, { workflowId }) });
    if (done.outcome === 'accepted' || done.order === 'hold') await noteNoWorker(out, session.server);
    return EXIT.done;
  } finally {
    await session.close();
  }
}
