/** What people may tell an open run: skip, hold, release, retry now. As signals and as updates, by the same rules. */
import { ApplicationFailure, TemporalFailure } from '@temporalio/common';
import { defineSignal, defineUpdate, log, setHandler, workflowInfo } from '@temporalio/workflow';
import { DEFAULT_HOLD_MS } from '../plan/limits.js';
import { HANDLERS } from '../plan/names.js';
import type { Asked, Hold, Order } from '../plan/types.js';

export type OrderName = keyof typeof HANDLERS;

/** Reads who and why out of an order. */
export function askedBy(order: Order | undefined): Asked {
  return { by: order?.by ?? 'unknown', reason: order?.reason ?? null };
}

/** Reads a hold. `now` in epoch milliseconds. */
export function holdOf(order: Order | undefined, now: number): Hold {
  const until = order?.until === undefined ? now + DEFAULT_HOLD_MS : Date.parse(order.until);
  return { ...askedBy(order), until };
}

/** Says why a hold cannot be ended by this order, or null. */
export function releaseProblem(held: Hold | null, order: Order | undefined): string | null {
  const { workflowId } = workflowInfo();
  if (held === null) return `${workflowId} is not held`;
  return order?.heldBy === undefined || order.heldBy === held.by ? null : `${workflowId} is held by ${held.by}`;
}

/** Says what is wrong with an order's own text, or null. */
export function orderProblem(order: Order | undefined): string | null {
  if (order?.until !== undefined && Number.isNaN(Date.parse(order.until))) {
    return `until: ${JSON.stringify(order.until)} is no instant; write one like 2026-02-03T12:00:00Z`;
  }
  return null;
}

const REFUSED = 'refused';

/** An order that cannot be carried out, in words. */
export function refused(why: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(why, REFUSED);
}

/**
 * Registers each order as signal and update. `refuse` says why an order cannot be taken now, or null; `take` carries it out
 * and answers what to tell, or throws `refused` where only a look outside could tell. A refused signal is dropped: a signal
 * has nobody to answer to.
 */
export function takeOrders(
  refuse: (name: OrderName, order: Order | undefined) => string | null,
  take: (name: OrderName, order: Order | undefined) => string | Promise<string>,
): void {
  const problem = (name: OrderName, order: Order | undefined) => orderProblem(order) ?? refuse(name, order);
  for (const name of Object.values(HANDLERS)) {
    setHandler(defineSignal<[Order | undefined]>(name), async (order) => {
      if (problem(name, order) !== null) return;
      try {
        await take(name, order);
      } catch (error) {
        // A run is not to end because somebody's word to it could not be carried out.
        if (!(error instanceof TemporalFailure)) throw error;
        if (!(error instanceof ApplicationFailure && error.type === REFUSED)) log.warn(`a ${name} was lost`, { error });
      }
    });
    setHandler(defineUpdate<string, [Order | undefined]>(name), async (order) => await take(name, order), {
      validator: (order: Order | undefined) => {
        const why = problem(name, order);
        if (why !== null) throw refused(why);
      },
    });
  }
}
