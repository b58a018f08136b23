/** How a task's run ended, and what that held up. Pure. */
import { durationText } from '../plan/duration.js';
import { descendants } from '../plan/graph.js';
import type { TaskResult } from '../plan/types.js';
import { isChainResult } from './describe-run.js';
import type { ChainRunFacts, Subject, TaskLine, TaskRunFacts } from './why-facts.js';
import { because, clock, COMMANDS, firstLine, type Judged, judged, list, when } from './why-words.js';

const NOTHING = 'nothing; it will not try again by itself';

/** @param chain the run of the chain it stands in, where it ran in one */
export function judgeClosedTask({ run }: TaskRunFacts, chain: ChainRunFacts | null, of: Subject): Judged {
  const result = isChainResult(run.result) ? null : run.result;
  const at = when(result?.finished ?? run.closed ?? run.started, of);
  const again = rerunCommand(run.workflowId, chain);
  switch (run.status) {
    case 'success':
      return succeeded(run, result, at, of);
    case 'skipped':
      return skipped(result, at, again, of);
    case 'cancelled': {
      const by = result?.by ? ` by ${result.by}` : '';
      const reason = result?.reason === 'cancelled' ? null : (result?.reason ?? null);
      return judged('cancelled', `was cancelled${by}, ${at}${because(reason)}`, unfinished(result, chain, of), [
        again,
        COMMANDS.skip(of),
      ]);
    }
    default:
      return failed(run, result, at, unfinished(result, chain, of), [again, COMMANDS.skip(of)]);
  }
}

function succeeded(run: TaskRunFacts['run'], result: TaskResult | null, at: string, of: Subject): Judged {
  const took = durationText(Math.max(0, Date.parse(run.closed ?? run.started) - Date.parse(run.started)));
  const attempts = result !== null && result.attempts > 1 ? `, after ${result.attempts} attempts` : '';
  const troubles = (result?.errors.length ?? 0) + (result?.warnings.length ?? 0);
  return judged(
    'succeeded',
    `succeeded ${at}, in ${took}${attempts}`,
    [
      ['with', troubles === 0 ? null : `${result!.errors.length} item errors, ${result!.warnings.length} warnings`],
      ['last error', firstLine(result?.attempt_errors.at(-1)?.message)],
      ['repeated by', result?.by ?? null],
    ],
    [
      COMMANDS.show(run.workflowId),
      { ...COMMANDS.run(of), text: 'Repeat it', command: `${COMMANDS.run(of).command} --force --reason "…"` },
    ],
  );
}

function skipped(result: TaskResult | null, at: string, again: Judged['commands'][number], of: Subject): Judged {
  const reason = because(result?.reason);
  if (result?.kind === 'skipped_by_operator') {
    const repeat = { text: 'Run it after all', command: `${COMMANDS.run(of).command} --force --reason "…"` };
    return judged('skipped_by_operator', `was skipped by ${result.by ?? 'an operator'}, ${at}${reason}`, [], [repeat]);
  }
  const sentence = `was skipped (${result?.kind ?? 'no reason known'}), ${at}${reason}`;
  if (result?.settled === false) return judged('skipped', sentence, [['waiting for', NOTHING]], [again, COMMANDS.skip(of)]);
  const repeat = { text: 'Run it all the same', command: `${COMMANDS.run(of).command} --force --reason "…"` };
  return judged('skipped', sentence, [['settled', 'this date needs no further run']], [repeat]);
}

function failed(
  run: TaskRunFacts['run'],
  result: TaskResult | null,
  at: string,
  rest: [string, string | null][],
  commands: Judged['commands'],
): Judged {
  const attempts = result !== null && result.attempts > 1 ? ` after ${result.attempts} attempts` : '';
  const kind = result?.kind && result.kind !== 'error' ? ` (${result.kind})` : '';
  if (run.end === 'terminated')
    return judged('failed', `was terminated, ${at}${because(run.message?.replace(/^terminated: /, ''))}`, rest, commands);
  if (run.end === 'timed_out')
    return judged('failed', `took longer than Temporal lets a run take, and was ended, ${at}`, rest, commands);
  return judged(
    'failed',
    `failed${kind}${attempts}, ${at}`,
    [['last error', firstLine(result?.reason ?? run.message)], ...rest],
    commands,
  );
}

/** What is told of every end that leaves the date open. */
function unfinished(result: TaskResult | null, chain: ChainRunFacts | null, of: Subject): [string, string | null][] {
  const errors = result?.attempt_errors ?? [];
  return [
    ['attempts', errors.length < 2 ? null : errors.map(({ at }) => clock(at, of)).join(', ')],
    ['waiting for', NOTHING],
    ['held up', chain === null ? null : heldUp(of.id, chain)],
  ];
}

/** What became of the tasks after it. Null where it held nothing up. */
export function heldUp(task: string, { plan, tasks }: ChainRunFacts): string | null {
  if (plan === null || tasks === null) return null;
  const graph = new Map(plan.tasks.map(({ id, dependsOn }) => [id, [...dependsOn]]));
  const after = descendants(graph, task);
  const told = plan.tasks.flatMap(({ id, dependsOn, runWhen }) => {
    const line = tasks.get(id);
    if (!after.has(id) || line === undefined) return [];
    const what = fate(line, dependsOn.includes(task), runWhen);
    return what === null ? [] : [`${id} ${what}`];
  });
  return told.length === 0 ? null : list(told);
}

function fate({ status, kind, phase }: TaskLine, direct: boolean, runWhen: string): string | null {
  if (kind === 'upstream_failed') return 'did not run (upstream_failed)';
  if (phase !== null) return direct && phase === 'running' ? `runs anyway (${runWhen})` : null;
  return direct && status === 'success' ? `ran anyway (${runWhen})` : null;
}

/** A failed task of a chain is run again through its chain, so that what comes after it runs too. */
function rerunCommand(workflowId: string, chain: ChainRunFacts | null): Judged['commands'][number] {
  if (chain === null) return COMMANDS.rerun(workflowId);
  const again = COMMANDS.rerun(chain.run.workflowId);
  return chain.run.end === null ? { ...again, text: `Run it again, once ${chain.run.id} has ended` } : again;
}
