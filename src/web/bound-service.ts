/** Temporal's service with a time limit for each call, and with IDs for writes that are the same when they are sent again. */
import { createHash } from 'node:crypto';
import type { Client, Connection } from '@temporalio/client';

type Service = Client['workflowService'];

/** Writes that carry an ID by which the server knows a repetition. */
const WITH_REQUEST_ID = new Set([
  'startWorkflowExecution',
  'signalWorkflowExecution',
  'signalWithStartWorkflowExecution',
  'requestCancelWorkflowExecution',
  'createSchedule',
  'updateSchedule',
  'patchSchedule',
]);

interface Written {
  workflowId?: string | null;
  scheduleId?: string | null;
  workflowExecution?: { workflowId?: string | null } | null;
  request?: { meta?: { updateId?: string | null } | null } | null;
}

/**
 * @param options.key of an action: the same key gives the same request IDs, in the order of the writes to each target, also
 *   in another process. For long polls the limit holds too.
 */
export function boundService(
  client: Pick<Client, 'workflowService'> & { connection: Pick<Connection, 'withDeadline' | 'callContextStorage'> },
  options: { withinMs: number; key?: string },
): Service {
  const { workflowService, connection } = client;
  const sent = new Map<string, number>();
  const requestId = (method: string, target: string) => {
    const nth = sent.get(`${method} ${target}`) ?? 0;
    sent.set(`${method} ${target}`, nth + 1);
    return createHash('sha256').update([options.key, method, target, nth].join('\n')).digest('hex').slice(0, 36);
  };
  const bind =
    (method: string, call: (...args: unknown[]) => unknown) =>
    (request: Written, ...rest: unknown[]) => {
      const target = request.workflowId ?? request.scheduleId ?? request.workflowExecution?.workflowId ?? '';
      let sentRequest: Written = request;
      if (options.key !== undefined && WITH_REQUEST_ID.has(method)) {
        sentRequest = { ...request, requestId: requestId(method, target) } as Written;
      } else if (options.key !== undefined && method === 'updateWorkflowExecution' && request.request?.meta) {
        const meta = { ...request.request.meta, updateId: requestId(method, target) };
        sentRequest = { ...request, request: { ...request.request, meta } };
      }
      // A deadline set here replaces the caller's, which may be sooner.
      const own = Number(connection.callContextStorage.getStore()?.deadline ?? Infinity);
      const deadline = Math.min(own, Date.now() + options.withinMs);
      return connection.withDeadline(deadline, async () => await call.call(workflowService, sentRequest, ...rest));
    };
  return new Proxy(workflowService, {
    get(target, name, receiver) {
      const value: unknown = Reflect.get(target, name, receiver);
      return typeof value === 'function' && typeof name === 'string'
        ? bind(name, value as (...args: unknown[]) => unknown)
        : value;
    },
  });
}
