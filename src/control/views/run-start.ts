/** What a chain's run began with, its plan included: also where a worker had to fill it in. */
import { decodeArrayFromPayloads } from '@temporalio/common/lib/internal-non-workflow/index.js';
import type { ResolvedChainInput, RunChainInput } from '../../plan/types.js';
import type { Server } from '../server.js';

/** A run started by hand with less than a plan has it from its first look-ups: markers at the beginning of its history. */
const FIRST_EVENTS = 20;

/** Null where the history does not hold it. One request. */
export async function readChainStart(
  server: Server,
  run: { workflowId: string; runId: string },
): Promise<RunChainInput | ResolvedChainInput | null> {
  const { history } = await server.client.workflowService.getWorkflowExecutionHistory({
    namespace: server.namespace,
    execution: { workflowId: run.workflowId, runId: run.runId },
    maximumPageSize: FIRST_EVENTS,
  });
  const events = history?.events ?? [];
  const decode = async (payloads: Parameters<typeof decodeArrayFromPayloads>[1]) =>
    (await decodeArrayFromPayloads(server.client.options.loadedDataConverter, payloads))[0] as Partial<RunChainInput> | null;
  const input = await decode(events[0]?.workflowExecutionStartedEventAttributes?.input?.payloads);
  if (input?.plan !== undefined) return input as ResolvedChainInput;
  for (const { markerRecordedEventAttributes: marker } of events) {
    const result = await decode(marker?.details?.result?.payloads);
    const found = (result as { found?: Partial<RunChainInput> } | null | undefined)?.found ?? result;
    if (typeof found === 'object' && found?.plan !== undefined) return found as ResolvedChainInput;
  }
  return (input as RunChainInput | null | undefined) ?? null;
}
