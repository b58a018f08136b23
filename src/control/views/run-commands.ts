/** What can be done with a run, as command lines. Pure. */
import type { RunView } from '../describe-run.js';
import type { WhyCommand } from '../why-view.js';
import type { RunCommand } from './run-types.js';

/** @param first what would unblock it: those lines stand first */
export function commandsFor(run: RunView, first: readonly WhyCommand[]): RunCommand[] {
  const { workflowId, id, runKey, end, kind } = run;
  const words = `${id} ${runKey}`;
  const reason = '--reason "…"';
  const held = run.progress?.held ?? null;
  const open: RunCommand[] = [
    ...(held === null
      ? [of('hold', `hold ${words} ${reason}`, 'Keep it from going on')]
      : [of('release', `release ${words}`, 'Let it go on')]),
    ...(kind === 'task'
      ? [of('skip', `skip ${words} ${reason}`, 'Do without it'), of('retry', `retry now ${words}`, 'Try now')]
      : []),
    of('cancel', `cancel ${workflowId} ${reason}`, 'Stop it'),
  ];
  const closed: RunCommand[] = [
    of('rerun', `rerun ${workflowId}${end === 'completed' ? ` --all ${reason}` : ''}`, 'Run it again'),
  ];
  const always = [of('logs', `logs ${workflowId}`, 'Its log lines'), of('show', `show ${workflowId}`, 'All of it')];
  const found = new Map<string, RunCommand>();
  const unblocking = first.map(({ text, command }) => ({ verb: command.split(' ')[1] ?? command, line: command, text }));
  for (const command of [...unblocking, ...(end === null ? open : closed), ...always]) {
    if (![...found.values()].some(({ verb }) => verb === command.verb)) found.set(command.line, command);
  }
  return [...found.values()];
}

function of(verb: string, rest: string, text: string): RunCommand {
  return { verb, line: `daychain ${rest}`, text };
}
