/** `daychain retries show`: one kept call in full, also when it has ended. */
import type { Command } from 'commander';
import { needCall, showCall } from '../../control/calls.js';
import { EXIT } from '../exit-codes.js';
import type { Act, Invocation } from '../program.js';
import { openProject, openServer } from '../session.js';
import { shownCallLines } from './call-lines.js';

export function configureShow(retries: Command, act: Act): void {
  retries
    .command('show')
    .summary('One call in full: arguments, errors, what came of it')
    .description('One call of a retryable in full, also when it has ended. Of a task: daychain show RUN.')
    .argument('<call>', 'send_letter:3f9a1c2e5b7d9a01, as daychain retries shows it, or its workflow ID')
    .action(act(show));
}

async function show({ out, project: named }: Invocation, [word]: [string]): Promise<number> {
  const project = await openProject(named);
  const { name, timezone } = project.registry.project;
  const workflowId = needCall(name, word);
  const session = await openServer(project);
  try {
    const call = await showCall(session.server, workflowId);
    out.answer(call);
    for (const line of shownCallLines(call, timezone, Date.now(), out.width)) out.say(line);
    return EXIT.done;
  } finally {
    await session.close();
  }
}
