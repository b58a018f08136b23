/** The scheduledChain workflow: the thin shell a Temporal Schedule starts for every slot. */
import { setCurrentDetails, workflowInfo } from '@temporalio/workflow';
import { canonicalId } from '../plan/ids.js';
import { MEMO } from '../plan/names.js';
import type { Json, ScheduledChainInput } from '../plan/types.js';
import { chainAttributes, scheduledStart, taskAttributes } from './attributes.js';
import { lookups } from './engine.js';
import { startOrFollow } from './follow.js';
import { patiently, requireInput } from './resolve.js';
import { endAs } from './shell.js';

/**
 * Turns a slot into a run: reads the slot the schedule fired for, learns its date and run key, starts or awaits the
 * canonical run and ends as that one does. A task that carries its own schedule is run without a chain.
 */
export async function scheduledChain(input: ScheduledChainInput): Promise<Json> {
  requireInput('scheduledChain', input, 'chain');
  const slot = input.slot ?? (scheduledStart() ?? workflowInfo().startTime).toISOString();
  const due = await patiently(() => lookups.resolveSlot({ ...input, slot }));
  const id = 'plan' in due ? canonicalId(due.chain, due.runKey) : canonicalId(due.task, due.runKey);
  setCurrentDetails(`The shell of slot ${slot}: the run itself is ${id}`);
  const followed = await startOrFollow(
    'plan' in due
      ? { workflowType: 'runChain', workflowId: id, input: due, searchAttributes: chainAttributes(due) }
      : {
          workflowType: 'runTask',
          workflowId: id,
          input: due,
          searchAttributes: taskAttributes({ ...due, tags: due.spec.tags }),
          memo: { [MEMO.params]: due.params },
        },
  );
  return endAs(id, followed);
}
