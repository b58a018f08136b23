/** Updates of schedules that lose against a write in between, instead of undoing it. */
import { type Client, ScheduleClient } from '@temporalio/client';

/**
 * A schedule client whose `update` sends the conflict token of the description it started from; the stock one sends
 * none, so that its last write wins. The server drops a stale write in silence and answers ok: read again afterwards.
 * Made for one update: the token is that of its latest description.
 */
export function tokenKeeping(client: Pick<Client, 'schedule' | 'connection' | 'workflowService'>): ScheduleClient {
  const service = client.workflowService;
  let conflictToken: Uint8Array | null | undefined;
  type Service = typeof service;
  const describeSchedule = async (request: Parameters<Service['describeSchedule']>[0]) => {
    const description = await service.describeSchedule(request);
    conflictToken = description.conflictToken;
    return description;
  };
  const updateSchedule = (request: Parameters<Service['updateSchedule']>[0]) =>
    service.updateSchedule({ ...request, ...(conflictToken && { conflictToken }) });
  const keeping = Object.create(service, {
    describeSchedule: { value: describeSchedule },
    updateSchedule: { value: updateSchedule },
  }) as Service;
  const connection = Object.create(client.connection, { workflowService: { value: keeping } }) as typeof client.connection;
  return new ScheduleClient({ ...client.schedule.options, connection });
}
