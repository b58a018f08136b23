/** What people decided about a run, as its own history tells it: who, when, what, why. */
import { decodeArrayFromPayloads } from '@temporalio/common/lib/internal-non-workflow/index.js';
import { HANDLERS } from '../plan/names.js';
import type { Asked, Hold, Order } from '../plan/types.js';
import type { Server } from './server.js';
import { instant } from './describe-run.js';
import type { OrderName } from './tell-run.js';

export interface OrderRecord {
  order: OrderName;
  /** On a chain: the task meant; null for the run as a whole. */
  task: string | null;
  by: string;
  reason: string | null;
  /** ISO instant. */
  at: string;
  /** For a hold: ISO instant at which it expires, where one was told. */
  until: string | null;
  /** The run was started with it. */
  atStart: boolean;
  /** Why it was not carried out; null if it was. */
  refused: string | null;
}

export interface OrderRecords {
  /** Oldest first. */
  orders: OrderRecord[];
  /** False where the history was longer than is read. */
  complete: boolean;
}

/** Events of a history looked through: a task's run has dozens, a chain of a hundred tasks about nine hundred. */
const MAX_EVENTS = 5_000;
const PAGE = 1_000;

type HistoryEvent = NonNullable<
  NonNullable<Awaited<ReturnType<Server['client']['workflowService']['getWorkflowExecutionHistory']>>['history']>['events']
>[number];

/** Reads the decisions out of a run's history. */
export async function readOrders(server: Server, run: { workflowId: string; runId: string }): Promise<OrderRecords> {
  const orders: OrderRecord[] = [];
  const byEvent = new Map<string, OrderRecord>();
  let nextPageToken: Uint8Array | null | undefined;
  for (let events = 0; events < MAX_EVENTS; events += PAGE) {
    const page = await server.client.workflowService.getWorkflowExecutionHistory({
      namespace: server.namespace,
      execution: { workflowId: run.workflowId, runId: run.runId },
      maximumPageSize: PAGE,
      ...(nextPageToken ? { nextPageToken } : {}),
    });
    for (const event of page.history?.events ?? []) {
      const refusal = event.workflowExecutionUpdateCompletedEventAttributes;
      if (refusal?.outcome?.failure) {
        const order = byEvent.get(String(refusal.acceptedEventId));
        if (order !== undefined) order.refused = refusal.outcome.failure.message ?? 'refused';
        continue;
      }
      for (const order of await ordersIn(server, event)) {
        orders.push(order);
        byEvent.set(String(event.eventId), order);
      }
    }
    nextPageToken = page.nextPageToken;
    if (!nextPageToken?.length) return { orders, complete: true };
  }
  return { orders, complete: false };
}

async function ordersIn(server: Server, event: HistoryEvent): Promise<OrderRecord[]> {
  const at = instant(event.eventTime) ?? new Date(0).toISOString();
  const decode = async (payloads: Parameters<typeof decodeArrayFromPayloads>[1]) =>
    (await decodeArrayFromPayloads(server.client.options.loadedDataConverter, payloads))[0];
  const started = event.workflowExecutionStartedEventAttributes;
  if (started) return atStart((await decode(started.input?.payloads)) as { skip?: Asked; hold?: Hold } | undefined, at);
  const update = event.workflowExecutionUpdateAcceptedEventAttributes?.acceptedRequest?.input;
  const signal = event.workflowExecutionSignaledEventAttributes;
  const name = update?.name ?? signal?.signalName ?? '';
  if (!Object.hasOwn(HANDLERS, name)) return [];
  const order = ((await decode((update?.args ?? signal?.input)?.payloads)) ?? {}) as Order;
  return [
    {
      order: name as OrderName,
      task: order.task ?? null,
      by: order.by ?? 'unknown',
      reason: order.reason ?? null,
      at,
      until: order.until ?? null,
      atStart: false,
      refused: null,
    },
  ];
}

function atStart(input: { skip?: Asked; hold?: Hold } | undefined, at: string): OrderRecord[] {
  const bare = { task: null, at, until: null, atStart: true, refused: null };
  const record = (order: OrderName, { by, reason }: Asked): OrderRecord => ({ ...bare, order, by, reason });
  return [
    ...(input?.skip ? [record('skip', input.skip)] : []),
    ...(input?.hold ? [{ ...record('hold', input.hold), until: new Date(input.hold.until).toISOString() }] : []),
  ];
}
