/** From facts to the answer. Pure: the order in which things are looked at stands here. */
import { judgeClosedChain, judgeOpenChain, judgeOutcome, judgeTaskInChain } from './why-chain-run.js';
import { judgeClosedTask } from './why-closed-task.js';
import type { ChainRunFacts, WhyFacts } from './why-facts.js';
import { judgeOneShot } from './why-one-shot.js';
import { judgeOpenTask } from './why-open-task.js';
import { judgeSlot } from './why-slot.js';
import { type Judged, judged } from './why-words.js';

export interface Decided extends Judged {
  /** Workflow ID of the run it speaks of. */
  run: string | null;
}

export function decideWhy(facts: WhyFacts): Decided {
  const { chainRun: chain, run, kind } = facts;
  if (kind === 'chain' || (kind === null && run === null && chain !== null)) return ofChain(facts, chain);
  if (run !== null && run.run.end === null) return { ...judgeOpenTask(run, facts), run: run.run.workflowId };
  const line = chain?.tasks?.get(facts.id);
  // A rerun of the chain may come to a task again that ended badly before.
  if (chain !== null && chain.run.end === null && line !== undefined && line.phase !== null) {
    return { ...judgeTaskInChain(facts, chain, line), run: chain.run.workflowId };
  }
  if (run !== null) return { ...judgeClosedTask(run, ranIn(facts, chain), facts), run: run.run.workflowId };
  if (chain !== null && (chain.tasks !== null || chain.run.end !== null)) {
    return { ...judgeOutcome(facts, chain, line), run: chain.run.workflowId };
  }
  if (chain !== null) return { ...judgeOpenChain(facts, chain), run: chain.run.workflowId };
  return withoutRun(facts);
}

function ofChain(facts: WhyFacts, chain: ChainRunFacts | null): Decided {
  if (chain === null) return withoutRun(facts);
  const judgement = chain.run.end === null ? judgeOpenChain(facts, chain) : judgeClosedChain(facts, chain);
  return { ...judgement, run: chain.run.workflowId };
}

function withoutRun(facts: WhyFacts): Decided {
  if (facts.oneShot !== null) return { ...judgeOneShot(facts.oneShot, facts), run: facts.oneShot.workflowId };
  if (facts.kind === null) return { ...unknown(facts), run: null };
  if (facts.slot === null) return { ...nothing(facts), run: null };
  return { ...judgeSlot(facts.slot, facts), run: facts.slot.shell?.workflowId ?? null };
}

function unknown({ near }: WhyFacts): Judged {
  const typo = near === null ? '' : ` (did you mean ${near}?)`;
  return judged(
    'no_such_task',
    `is not known: no task or chain of the project has this name, and no run of it is on the server${typo}`,
    [],
    [{ text: 'What there is', command: 'daychain list' }],
  );
}

function nothing(facts: WhyFacts): Judged {
  return judged(
    'not_scheduled',
    'has not been started: no such one-shot is known',
    [],
    [
      { text: 'One-shots that wait', command: 'daychain at list' },
      { text: 'Run it now', command: `daychain run ${facts.id}` },
    ],
  );
}

/** The chain's run, where it is that which the task's run belongs to or which took its end. */
function ranIn({ id }: WhyFacts, chain: ChainRunFacts | null): ChainRunFacts | null {
  return chain !== null && (chain.plan === null || chain.plan.tasks.some((task) => task.id === id)) ? chain : null;
}
