/** The scheduledChain workflow: the thin shell a Temporal Schedule starts for every slot. */
import { log, setCurrentDetails, upsertMemo, workflowInfo } from '@temporalio/workflow';
import { durationText } from '../plan/duration.js';
import { canonicalId } from '../plan/ids.js';
import { MEMO } from '../plan/names.js';
import { LATE_MS } from '../plan/slot-decision.js';
import type {
  DueSlot,
  Json,
  ResolvedChainInput,
  ResolvedTaskInput,
  ScheduledChainInput,
  SlotDecision,
  SlotResult,
} from '../plan/types.js';
import { chainAttributes, scheduledStart, setSkippedSlot, taskAttributes } from './attributes.js';
import { awaitTurn } from './await-turn.js';
import { lookups } from './engine.js';
import { startOrFollow, type Start } from './follow.js';
import { patiently, requireInput } from './resolve.js';
import { endAs } from './shell.js';
import { tellWaiting, watchSlot } from './watched.js';

/**
 * Turns a slot into a run: reads the slot the schedule fired for, learns its date and run key, and whether it is run,
 * waits or is left out. Then starts or awaits the canonical run and ends as that one does; a slot left out completes with
 * a SlotResult. A task that carries its own schedule is run without a chain.
 */
export async function scheduledChain(input: ScheduledChainInput): Promise<Json> {
  requireInput('scheduledChain', input, 'chain');
  const { workflowId, startTime } = workflowInfo();
  const slot = input.slot ?? (scheduledStart() ?? startTime).toISOString();
  const shell = { workflowId, started: startTime.getTime() };
  const question = () => ({ ...input, slot, shell, now: Date.now() });
  const due: DueSlot | DueSlot['run'] = await patiently(() => lookups.resolveSlot(question()));
  // Shells that were started before slots were decided have learned the run alone.
  if (!('decision' in due)) return await follow(due, slot, []);

  watchSlot(due);
  let decision: SlotDecision = due.decision;
  const waitedFor: string[] = [];
  while (decision.is === 'wait' || decision.is === 'cancel') {
    await awaitTurn(input.chain, due.slot.scheduledFor, decision, (text) => tellWaiting(due.run, text));
    waitedFor.push(decision.earlier.slot);
    decision = await patiently(() => lookups.decideSlot({ ...question(), waited: true }));
  }
  if (decision.is !== 'go') return leaveOut(input.chain, due, decision);
  return await follow(due.run, slot, recordOf(decision, waitedFor), waitedFor.length > 0 ? Date.now() : undefined);
}

async function follow(
  run: ResolvedChainInput | ResolvedTaskInput,
  slot: string,
  record: readonly string[],
  askedAt?: number,
): Promise<Json> {
  const id = 'plan' in run ? canonicalId(run.chain, run.runKey) : canonicalId(run.task, run.runKey);
  setCurrentDetails([`The shell of slot ${slot}: the run itself is ${id}`, ...record].join('\n\n'));
  const start: Start =
    'plan' in run
      ? { workflowType: 'runChain', workflowId: id, input: run, searchAttributes: chainAttributes(run) }
      : {
          workflowType: 'runTask',
          workflowId: id,
          input: run,
          searchAttributes: taskAttributes({ ...run, tags: run.spec.tags }),
          memo: { [MEMO.params]: run.params },
        };
  return endAs(id, await startOrFollow({ ...start, ...(askedAt === undefined ? {} : { askedAt }) }));
}

/** Lists read what became of the slot from memo and attributes, without opening histories. */
function leaveOut(chain: string, { run, slot }: DueSlot, { kind, reason }: Extract<SlotDecision, { is: 'skip' }>): Json {
  const { date, runKey, scheduledFor } = slot;
  const result: SlotResult = { chain, slot: scheduledFor, date, run_key: runKey, status: 'skipped', kind, reason };
  upsertMemo({ [MEMO.result]: result });
  setSkippedSlot('plan' in run ? { chain, date } : { task: chain, date });
  setCurrentDetails(`Slot ${scheduledFor} is ${kind}: ${reason}`);
  log.info(`slot ${scheduledFor} is ${kind}: ${reason}`, { kind, run_key: runKey });
  return { ...result };
}

/** What led to the run, for whoever reads the shell. */
function recordOf({ byHand, lateMs }: Extract<SlotDecision, { is: 'go' }>, waitedFor: readonly string[]): string[] {
  return [
    ...(byHand ? ['Asked for by hand: nothing is judged'] : []),
    ...(!byHand && lateMs > LATE_MS ? [`Caught up: decided ${durationText(lateMs)} after its time`] : []),
    ...(waitedFor.length > 0 ? [`Waited for the slots before: ${waitedFor.slice(-5).join(', ')}`] : []),
  ];
}
