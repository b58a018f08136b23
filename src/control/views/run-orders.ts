/** What people did to a run, oldest first. Pure. */
import type { Asked } from '../../plan/types.js';
import type { ShownRun } from '../show-run.js';
import { isChainResult } from '../describe-run.js';
import type { RunOrder } from './run-types.js';

export function ordersOf({ run, input, orders }: ShownRun): RunOrder[] {
  const atStart = (what: RunOrder['what'], asked: Asked | undefined): RunOrder[] =>
    asked === undefined ? [] : [{ what, by: asked.by, at: run.started, reason: asked.reason, task: null }];
  const given = orders.orders
    .filter(({ refused }) => refused === null)
    .map(({ order, by, at, reason, task }): RunOrder => ({ what: order, by, at, reason, task }));
  const backfill: RunOrder[] =
    run.backfill === undefined ? [] : [{ what: 'backfill', by: null, at: run.started, reason: run.backfill, task: null }];
  const repeated = [...atStart('rerun', input?.rerun), ...atStart('force', input?.force)];
  const started = repeated.length > 0 ? repeated : atStart('start', run.asked);
  return [...backfill, ...started, ...given, ...endedBy(run)];
}

function endedBy({ end, closed, result, message }: ShownRun['run']): RunOrder[] {
  if (end !== 'cancelled' && end !== 'terminated') return [];
  const reason = end === 'terminated' ? (message?.replace(/^terminated: /, '') ?? null) : (result?.reason ?? message);
  const by = isChainResult(result) ? null : (result?.by ?? null);
  return [{ what: end === 'cancelled' ? 'cancel' : 'terminate', by, at: closed!, reason, task: null }];
}
