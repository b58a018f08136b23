/** `daychain new`: files that pass `check`, to go on from. */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, join, relative, resolve, sep } from 'node:path';
import type { Command } from 'commander';
import { BadInput, Refused } from '../../control/errors.js';
import { idProblem } from '../../plan/ids.js';
import { formatProblems, loadProject } from '../../registry/index.js';
import { EXIT } from '../exit-codes.js';
import type { Output } from '../output.js';
import { readZone } from '../../control/preview-request.js';
import type { Act, Invocation } from '../program.js';
import { findEntry } from '../../control/run-words.js';
import { endingOf, writeNewFiles } from '../scaffold/files.js';
import { projectFiles } from '../scaffold/project-text.js';
import { chainText, programId, taskText } from '../scaffold/task-and-chain-text.js';
import { readVersions } from '../scaffold/versions.js';
import { openProject } from '../session.js';
import { wrapped } from '../table.js';

export function configure(command: Command, act: Act): void {
  command.addHelpText(
    'after',
    `
Nothing that is there is ever written over.

Examples:
  daychain new project reports
  daychain new task task_mail
  daychain new chain nightly --tasks task_export task_mail`,
  );
  command
    .command('task')
    .summary('A task: one file in tasks/')
    .description('A task: one file in tasks/.')
    .argument('<name>', 'its id: a lower-case letter first, then letters, digits, "_" or "-"')
    .addHelpText('after', '\nExamples:\n  daychain new task task_mail')
    .action(act(newTask));
  command
    .command('chain')
    .summary('A chain: one file in chains/')
    .description('A chain: one file in chains/, due every day at 06:00.')
    .argument('<name>', 'its id')
    .option('--tasks <ids...>', 'tasks of the project, one after the other (default: a program that prints the date)')
    .addHelpText('after', '\nExamples:\n  daychain new chain nightly\n  daychain new chain nightly --tasks task_export task_mail')
    .action(act(newChain));
  command
    .command('project')
    .summary('A project: a folder with all it needs')
    .description('A project: a folder with a task, a chain, a test, and all they need.')
    .argument('<name>', 'its name, and the folder: made here')
    .option('--timezone <zone>', "the zone of its dates (default: this machine's)")
    .addHelpText('after', '\nExamples:\n  daychain new project reports\n  daychain new project reports --timezone Europe/Paris')
    .action(act(newProject));
}

async function newTask({ out, project: named }: Invocation, [id]: [string]): Promise<number> {
  requireId(id);
  const { dir, registry } = await openProject(named);
  refuseTaken(registry.chain(id)?.file ?? registry.task(id)?.file, id);
  const file = `tasks/${id}.${endingOf(dir)}`;
  return await write(out, dir, { [file]: taskText(id) }, file, [
    `Run it: daychain run ${id} --wait`,
    `Put it into a chain: one line under "tasks" of a file in chains/, or: daychain new chain NAME --tasks ${id}`,
  ]);
}

async function newChain(
  { out, project: named }: Invocation,
  [id]: [string],
  { tasks = [] }: { tasks?: string[] },
): Promise<number> {
  requireId(id);
  const { dir, registry } = await openProject(named);
  refuseTaken(registry.chain(id)?.file ?? registry.task(id)?.file, id);
  for (const task of tasks) {
    if (findEntry(registry, task).kind === 'chain')
      throw new BadInput(`"${task}" is a chain; --tasks takes tasks.\nSee all: daychain list`);
    if (registry.task(task)?.kind === 'command')
      throw new BadInput(`"${task}" is a program of ${registry.task(task)!.file}; --tasks takes tasks that have a file.`);
  }
  if (tasks.length === 0) refuseTaken(registry.task(programId(id))?.file, programId(id));
  const file = `chains/${id}.${endingOf(dir)}`;
  return await write(out, dir, { [file]: chainText([...new Set(tasks)], id) }, file, [
    `Look at it: daychain graph ${id}     Run it: daychain run ${id} --wait`,
    'Let it be due: daychain sync (a running "daychain up" does it by itself)',
  ]);
}

async function newProject({ out }: Invocation, [name]: [string], { timezone }: { timezone?: string }): Promise<number> {
  const dir = resolve(name);
  requireId(basename(dir));
  if (existsSync(dir) && (await readdir(dir)).length > 0) {
    throw new Refused('already_there', `${dir} is there already, and not empty; nothing was written.`, { files: [dir] });
  }
  const zone = timezone === undefined ? new Intl.DateTimeFormat().resolvedOptions().timeZone : readZone(timezone);
  const files = projectFiles({ name: basename(dir), timezone: zone, ...readVersions(dir) });
  writeNewFiles(dir, files);
  out.answer({ dir, files: Object.keys(files) });
  const place = relative(process.cwd(), dir).split(sep).join('/');
  out.say(`${place}/ written: ${Object.keys(files).join(', ')}`.replace(/(.{60,96}?), /g, '$1,\n  '));
  out.say(`Next: cd ${place} && npm install && npm start`);
  return EXIT.done;
}

function requireId(id: string): void {
  const problem = idProblem(id);
  if (problem === null) return;
  const proposed = id
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]+/g, '_')
    .replaceAll(/^[^a-z]+|[_-]+$/g, '');
  throw new BadInput(`${problem}.${idProblem(proposed) === null ? ` Did you mean ${proposed}?` : ''}`);
}

/** Tasks and chains share one set of ids. */
function refuseTaken(file: string | undefined, id: string): void {
  if (file !== undefined)
    throw new Refused('already_there', `${id} is there already: ${file}. Nothing was written.`, { files: [file] });
}

/** Writes, and reads the project again: what was written must be right. */
async function write(out: Output, dir: string, files: Record<string, string>, file: string, next: string[]): Promise<number> {
  writeNewFiles(dir, files);
  const problems = (await loadProject(dir)).problems.filter((problem) => problem.file === file);
  out.answer({ dir, files: Object.keys(files), problems });
  out.say(`${file} written in ${join(dir)}.`);
  if (problems.length > 0) {
    out.say(formatProblems(problems).trimEnd());
    return EXIT.badInput;
  }
  for (const line of next.flatMap((text) => wrapped(text, out.width))) out.say(line);
  return EXIT.done;
}
