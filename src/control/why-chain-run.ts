/** What holds a chain's run, or a task that stands in one. Pure. */
import { durationText } from '../plan/duration.js';
import type { Hold } from '../plan/types.js';
import type { ChainRunFacts, Subject, TaskLine, WhyFacts, WhyPlan } from './why-facts.js';
import { judgeOpenTask, noWorker, workersText } from './why-open-task.js';
import { because, COMMANDS, firstLine, type Judged, judged, list, when } from './why-words.js';
import { WHY_CAUSES, type WhyCause } from './why-view.js';

/** What is most in the way stands first; a task that runs is in nobody's way. */
const PRESSING: readonly WhyCause[] = [
  'no_worker',
  'not_here',
  'held',
  'locked',
  'waiting_for_past',
  'retrying',
  'waiting_for_turn',
  'postponed',
  'waiting_for_work',
  'queued',
  'running',
];

/** An open run of a chain. */
export function judgeOpenChain(facts: WhyFacts, chain: ChainRunFacts): Judged {
  const held = holdOf(chain);
  if (held !== null) return heldChain(held, chain, facts);
  const pressing = mostPressing(facts, [...facts.openTasks.keys()]);
  if (chain.tasks === null && pressing === null) return silent(chain, facts);
  const lines = [...(chain.tasks ?? [])];
  const heldBack = lines.find(([, { phase }]) => phase === 'held');
  if (pressing !== null && pressing.judged.cause !== 'running') return waitsFor(facts, pressing);
  if (heldBack !== undefined && pressing === null)
    return waitsFor(facts, { task: heldBack[0], judged: heldTask(heldBack[1], { ...facts, id: heldBack[0] }) });
  const decided = lines.filter(([, { phase }]) => phase === null).length;
  const open = lines.filter(([, { phase }]) => phase === 'running').map(([id]) => id);
  const under = open.length > 0 ? `; under way: ${list(open)}` : '';
  const took = durationText(Math.max(0, facts.now - Date.parse(chain.run.started)));
  return judged(
    'running',
    `is running for ${took}: ${decided} of ${lines.length} tasks decided${under}`,
    [['since', when(chain.run.started, facts)], ...statesOf(facts, open, chain.run)],
    [COMMANDS.logs(chain.run.workflowId), COMMANDS.cancel(chain.run.workflowId)],
  );
}

/** A task that its chain's open run has not begun. */
export function judgeTaskInChain(facts: WhyFacts, chain: ChainRunFacts, line: TaskLine): Judged {
  const held = holdOf(chain);
  if (held !== null) return heldChain(held, chain, facts);
  if (line.phase === 'held') return heldTask(line, facts);
  const parents = undecidedParents(chain, facts.id);
  if (parents.length > 0) return waitsForUpstream(facts, chain, parents);
  const open = [...(chain.tasks ?? [])].filter(([, { phase }]) => phase === 'running').map(([id]) => id);
  if (line.phase !== 'running' && chain.plan !== null && open.length >= chain.plan.concurrency) {
    return judged(
      'waiting_for_turn',
      `waits its turn: ${chain.run.id} runs ${chain.plan.concurrency} at a time, now ${list(open)}`,
      statesOf(facts, open, chain.run),
      [COMMANDS.skip(facts)],
    );
  }
  return judged('starting', `is about to be started by ${chain.run.id}`, [['workers', workersText(facts)]], []);
}

/** A task that its chain decided without a run of its own, or did not come to. */
export function judgeOutcome(facts: WhyFacts, chain: ChainRunFacts, line: TaskLine | undefined): Judged {
  const rerun = COMMANDS.rerun(chain.run.workflowId);
  const at = when(chain.run.closed ?? chain.run.started, facts);
  if (line === undefined || line.status === 'pending') {
    const end = chain.run.end;
    const how =
      line?.reason ?? (end === null || end === 'completed' ? 'it was not in it then' : `that was ${endWord(chain)}, ${at}`);
    return judged('not_in_run', `was not run by ${chain.run.workflowId}${because(how)}`, [], [rerun, COMMANDS.run(facts)]);
  }
  const reason = because(line.reason);
  if (line.status === 'skipped')
    return judged('skipped_by_rule', `was not run (${line.kind})${reason}`, parentsOf(facts, chain), [rerun]);
  if (line.status === 'cancelled') return judged('cancelled', `was cancelled before it began${reason}`, [], [rerun]);
  if (line.status === 'success') return judged('succeeded', `succeeded${reason}`, [], [COMMANDS.show(chain.run.workflowId)]);
  return judged(
    'failed',
    `failed${line.kind && line.kind !== 'error' ? ` (${line.kind})` : ''} without having begun${reason}`,
    [],
    [rerun, COMMANDS.skip(facts)],
  );
}

/** A closed run of a chain. */
export function judgeClosedChain(facts: WhyFacts, chain: ChainRunFacts): Judged {
  const { run } = chain;
  const at = when(run.closed ?? run.started, facts);
  const took = durationText(Math.max(0, Date.parse(run.closed ?? run.started) - Date.parse(run.started)));
  const counts = countsOf(chain);
  if (run.status === 'success') {
    return judged('succeeded', `succeeded ${at}, in ${took}`, [['tasks', counts]], [COMMANDS.show(run.workflowId)]);
  }
  if (run.status === 'skipped') {
    const by = firstLine(run.result?.reason) ?? 'by an operator';
    const repeat = { text: 'Run it after all', command: `daychain rerun ${run.workflowId} --skipped --reason "…"` };
    return judged('skipped_by_operator', `was skipped ${at}, ${by}`, [['tasks', counts]], [repeat]);
  }
  const bad = [...(chain.tasks ?? [])].filter(([, { status, kind }]) => isBad(status, kind));
  const lines = bad.slice(0, MOST_LINES).map(([id, line]): [string, string] => [id, lineText(line)]);
  const causes = bad.filter(([, { kind }]) => kind !== 'upstream_failed' && kind !== 'upstream_skipped').map(([id]) => id);
  const commands = [COMMANDS.rerun(run.workflowId), ...causes.slice(0, 1).map((id) => COMMANDS.why(id, facts.runKey))];
  const details: [string, string | null][] = [
    ['tasks', counts],
    ...lines,
    ...restOf(bad, run),
    ['waiting for', 'nothing; it will not try again by itself'],
  ];
  if (run.status === 'cancelled') {
    const by = firstLine(run.result?.reason ?? run.message) ?? '';
    return judged('cancelled', `was cancelled ${by.startsWith('by ') ? by : ''}`.trimEnd() + `, ${at}`, details, commands);
  }
  if (run.end === 'terminated') {
    return judged('failed', `was terminated, ${at}${because(run.message?.replace(/^terminated: /, ''))}`, details, commands);
  }
  const named = causes.length === 0 ? '' : `: ${list(causes)} did not succeed`;
  return judged(
    'failed',
    `failed, ${at}${named}`,
    [...(lines.length === 0 ? [['reason', firstLine(run.message)] as [string, string | null]] : []), ...details],
    commands,
  );
}

/** Open or held ancestors of a task: what it waits for in the end. In the plan's order. */
export function blockersOf(plan: WhyPlan, tasks: ReadonlyMap<string, TaskLine>, task: string): string[] {
  const parents = new Map(plan.tasks.map(({ id, dependsOn }) => [id, dependsOn]));
  const seen = new Set<string>();
  const stack = [...(parents.get(task) ?? [])];
  while (stack.length > 0) {
    const id = stack.pop()!;
    if (seen.has(id) || (tasks.get(id)?.phase ?? null) === null) continue;
    seen.add(id);
    stack.push(...(parents.get(id) ?? []));
  }
  return plan.tasks.map(({ id }) => id).filter((id) => seen.has(id) && tasks.get(id)!.phase !== 'waiting_for_upstream');
}

const MOST_LINES = 8;

function waitsForUpstream(facts: WhyFacts, chain: ChainRunFacts, parents: readonly string[]): Judged {
  const pressing = pressingAmong(facts, chain, blockersOf(chain.plan!, chain.tasks!, facts.id));
  const details = statesOf(facts, parents, chain.run, chain);
  if (pressing === null)
    return judged('waiting_for_upstream', `waits for ${list(parents)}, not begun yet`, details, [COMMANDS.skip(facts)]);
  const direct = parents.includes(pressing.task);
  const others = parents.filter((id) => id !== pressing.task);
  const and = direct && others.length > 0 ? `, and for ${list(others)}` : '';
  const first = direct ? pressing.task : `${list(parents)}, and so in the end for ${pressing.task}`;
  const commands = pressing.judged.cause === 'running' ? [] : pressing.judged.commands.slice(0, 1);
  return judged('waiting_for_upstream', `waits for ${first}, which ${pressing.judged.predicate}${and}`, details, [
    ...commands,
    COMMANDS.why(pressing.task, facts.runKey),
    COMMANDS.skip(facts),
  ]);
}

interface Pressing {
  task: string;
  judged: Judged;
}

function waitsFor(facts: WhyFacts, { task, judged: it }: Pressing): Judged {
  const details = [{ label: 'task', text: task }, ...it.details];
  return {
    ...it,
    predicate: `waits for ${task}, which ${it.predicate}`,
    details,
    commands: [...it.commands, COMMANDS.why(task, facts.runKey)],
  };
}

function mostPressing(facts: WhyFacts, tasks: readonly string[]): Pressing | null {
  const found = tasks.flatMap((task): Pressing[] => {
    const run = facts.openTasks.get(task);
    return run === undefined ? [] : [{ task, judged: judgeOpenTask(run, { ...facts, id: task }) }];
  });
  return found.sort((a, b) => rank(a) - rank(b))[0] ?? null;
}

function pressingAmong(facts: WhyFacts, chain: ChainRunFacts, tasks: readonly string[]): Pressing | null {
  const held = tasks.find((task) => chain.tasks?.get(task)?.phase === 'held');
  if (held !== undefined) return { task: held, judged: heldTask(chain.tasks!.get(held)!, { ...facts, id: held }) };
  return mostPressing(facts, tasks);
}

function rank({ judged: { cause } }: Pressing): number {
  const at = PRESSING.indexOf(cause);
  return at < 0 ? PRESSING.length + WHY_CAUSES.indexOf(cause) : at;
}

function undecidedParents({ plan, tasks }: ChainRunFacts, task: string): string[] {
  const parents = plan?.tasks.find(({ id }) => id === task)?.dependsOn ?? [];
  return parents.filter((id) => (tasks?.get(id)?.phase ?? null) !== null);
}

/** Each task and what it does, as details. */
function statesOf(
  facts: WhyFacts,
  tasks: readonly string[],
  of: ChainRunFacts['run'],
  chain?: ChainRunFacts,
): [string, string][] {
  const states = tasks.slice(0, MOST_LINES).map((task): [string, string] => {
    const run = facts.openTasks.get(task);
    if (run !== undefined) return [task, judgeOpenTask(run, { ...facts, id: task }).predicate];
    const line = chain?.tasks?.get(task);
    return [task, line === undefined ? 'is under way' : lineText(line)];
  });
  return [...states, ...restOf(tasks, of)];
}

/** How many more there are, and what shows them. */
function restOf(all: readonly unknown[], { workflowId }: ChainRunFacts['run']): [string, string][] {
  const left = all.length - MOST_LINES;
  return left > 0 ? [['and', `${left} more: ${COMMANDS.show(workflowId).command}`]] : [];
}

function parentsOf(facts: WhyFacts, { plan, tasks, run }: ChainRunFacts): [string, string][] {
  const parents = plan?.tasks.find(({ id }) => id === facts.id)?.dependsOn ?? [];
  const known = parents.flatMap((id) => (tasks?.has(id) ? [[id, lineText(tasks.get(id)!)] as [string, string]] : []));
  return [...known.slice(0, MOST_LINES), ...restOf(known, run)];
}

function heldChain({ by, reason, until }: Hold, { run }: ChainRunFacts, of: Subject): Judged {
  const release = { text: 'Let it go on', command: `daychain release ${run.id} ${run.runKey}` };
  if (run.backfill !== undefined && by === run.backfill) {
    const show = { text: 'How far it is', command: `daychain backfill show ${run.backfill.replace(/^backfill:/, '')}` };
    return judged('waiting_for_turn', `waits its turn in ${run.backfill}, which runs so many at a time`, [], [show, release]);
  }
  const what = run.id === of.id ? 'is held' : `waits: its chain ${run.id} is held`;
  const end: [string, string] = ['at its end', 'what it kept back fails as hold_expired; nothing runs by itself'];
  return judged('held', `${what} by ${by} until ${when(new Date(until).toISOString(), of)}${because(reason)}`, [end], [release]);
}

function heldTask({ reason }: TaskLine, of: Subject): Judged {
  const end: [string, string] = ['at its end', 'it fails as hold_expired; it never runs by itself'];
  return judged(
    'held',
    `is held${reason === null ? ' by an operator' : ` ${reason}`}`,
    [end],
    [COMMANDS.release(of), COMMANDS.skip(of)],
  );
}

/** An open chain of which nobody says what it does. */
function silent({ run }: ChainRunFacts, of: Subject): Judged {
  const since = when(run.started, of);
  if (of.workers.length === 0) return noWorker(of, `is open since ${since}`);
  return judged(
    'queued',
    `is open since ${since}: a worker polls, but has not answered for it yet`,
    [['workers', workersText(of)]],
    [COMMANDS.worker],
  );
}

function holdOf({ run: { progress } }: ChainRunFacts): Hold | null {
  return progress?.kind === 'chain' ? progress.held : null;
}

function countsOf({ tasks }: ChainRunFacts): string | null {
  if (tasks === null) return null;
  const counts = new Map<string, number>();
  for (const { status } of tasks.values()) counts.set(status, (counts.get(status) ?? 0) + 1);
  return [...counts].map(([status, count]) => `${count} ${status}`).join(', ');
}

function isBad(status: TaskLine['status'], kind: TaskLine['kind']): boolean {
  return (
    status === 'failed' || status === 'cancelled' || status === 'pending' || kind === 'upstream_failed' || kind === 'lock_held'
  );
}

function lineText({ status, kind, reason, phase }: TaskLine): string {
  if (phase !== null) return phase === 'waiting_for_upstream' ? 'has not begun' : phase.replaceAll('_', ' ');
  const word = status === 'skipped' ? `was skipped (${kind})` : `${status}${kind && kind !== 'error' ? ` (${kind})` : ''}`;
  return `${word}${because(reason)}`;
}

function endWord({ run }: ChainRunFacts): string {
  return run.end === 'timed_out' ? 'timed out' : (run.end ?? 'open');
}
