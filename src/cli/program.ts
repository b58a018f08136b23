/** The command line: which commands there are. Each is loaded only when it is called. */
import type { Command } from 'commander';
import { DaychainCommand } from './daychain-command.js';
import type { Output } from './output.js';
import { version } from './version.js';

/** What every command is given. */
export interface Invocation {
  out: Output;
  /** `--project`, as typed. */
  project: string | undefined;
}

/** A command's file: adds its arguments and options, and does its work. */
export interface CommandModule {
  configure(command: Command, act: Act): void;
}
/** Wraps a command's work: gives it the invocation, its arguments and its options; its answer becomes the exit code. */
export type Act = <Args extends unknown[], Options>(
  work: (invocation: Invocation, args: Args, options: Options) => Promise<number>,
) => (...args: unknown[]) => Promise<void>;

interface Entry {
  name: string;
  usage?: string;
  summary: string;
  load(): Promise<CommandModule>;
}

const GROUPS: Record<string, Entry[]> = {
  'Start:': [
    {
      name: 'up',
      summary: 'Everything on this machine: servers, schedules, worker, page',
      load: () => import('./commands/up.js'),
    },
    { name: 'worker', summary: 'Only the worker of this project', load: () => import('./commands/worker.js') },
    { name: 'web', summary: 'Only the HTTP API and the page of this project', load: () => import('./commands/web.js') },
    { name: 'sync', summary: 'Make the schedules on the server match the files', load: () => import('./commands/sync.js') },
  ],
  'Look:': [
    {
      name: 'check',
      summary: 'Check all files of the project, and say all that is wrong',
      load: () => import('./commands/check.js'),
    },
    { name: 'list', summary: 'Chains and tasks of the project', load: () => import('./commands/list.js') },
    { name: 'status', summary: 'How the chains are doing, and what wants a look', load: () => import('./commands/status.js') },
    { name: 'next', summary: 'What is due next, and what stands in its way', load: () => import('./commands/next.js') },
    {
      name: 'preview',
      summary: "When a schedule is due: a chain's, or any other",
      load: () => import('./commands/preview.js'),
    },
    { name: 'show', summary: 'One run: its tasks, attempts, errors, result', load: () => import('./commands/show.js') },
    { name: 'logs', summary: 'What a run said, as it happens if asked', load: () => import('./commands/logs.js') },
    { name: 'why', summary: 'What holds a task for a date, and what would help', load: () => import('./commands/why.js') },
    {
      name: 'plan',
      summary: "A chain's order, or what it would do next",
      load: () => import('./commands/plan.js'),
    },
    { name: 'graph', summary: 'What depends on what in a chain, drawn', load: () => import('./commands/graph.js') },
    { name: 'history', summary: 'What became of each slot of a chain', load: () => import('./commands/history.js') },
    { name: 'stats', summary: 'How tasks and chains have done: rates, durations', load: () => import('./commands/stats.js') },
    { name: 'retries', summary: 'What waits to try again: list, show, now, cancel', load: () => import('./commands/retries.js') },
    {
      name: 'notices',
      summary: 'Who is told of failures and lateness; try it',
      load: () => import('./commands/notices.js'),
    },
    { name: 'locks', summary: 'Who holds which lock', load: () => import('./commands/locks.js') },
    {
      name: 'keys',
      summary: 'Success keys of the old scheduler: list, delete',
      load: () => import('./commands/keys.js'),
    },
    {
      name: 'doctor',
      summary: 'Check settings and servers, and say how to mend them',
      load: () => import('./commands/doctor.js'),
    },
  ],
  'Act:': [
    { name: 'run', summary: 'Run a chain or task for a date, once', load: () => import('./commands/run.js') },
    { name: 'rerun', summary: 'Run again what did not succeed, or chosen tasks', load: () => import('./commands/rerun.js') },
    { name: 'at', summary: 'Run a task or chain once, at an instant', load: () => import('./commands/at.js') },
    {
      name: 'backfill',
      summary: 'Run dates of the past: plan, start, hold, cancel',
      load: () => import('./commands/backfill.js'),
    },
    { name: 'skip', summary: 'Decide that a task or chain need not run for a date', load: () => import('./commands/skip.js') },
    { name: 'hold', summary: 'Keep a task or chain of a date from going on', load: () => import('./commands/hold.js') },
    { name: 'release', summary: 'End a hold', load: () => import('./commands/release.js') },
    { name: 'retry', summary: 'Try again now what waits to try again', load: () => import('./commands/retry.js') },
    { name: 'cancel', summary: 'Stop a run', load: () => import('./commands/cancel.js') },
    { name: 'pause', summary: 'Keep schedules from starting anything', load: () => import('./commands/pause.js') },
    { name: 'resume', summary: 'End a pause, and catch up', load: () => import('./commands/resume.js') },
    { name: 'unlock', summary: 'Take a left-over lock away', load: () => import('./commands/unlock.js') },
    {
      name: 'cleanup',
      summary: 'Remove old logs, left-over locks, closed runs past their keep',
      load: () => import('./commands/cleanup.js'),
    },
  ],
  'Set up:': [
    { name: 'new', summary: 'New files: a task, a chain, a project', load: () => import('./commands/new.js') },
    { name: 'import', summary: 'Chains from a crontab', load: () => import('./commands/import.js') },
    {
      name: 'completion',
      summary: 'Completion of commands, options and ids by the shell',
      load: () => import('./commands/completion.js'),
    },
  ],
};

/** Builds the program for one command line; only the command it names is loaded, or all of them (`null`). */
export async function buildProgram(
  argv: readonly string[] | null,
  out: Output,
  onExit: (code: number) => void,
): Promise<Command> {
  const program = new DaychainCommand('daychain')
    .description('Durable daily task chains on Temporal.')
    .version(version, '--version', 'the version')
    .option('--project <dir>', 'the project, if it is not this folder or one above')
    .option('--json', 'answer in JSON')
    .option('--utc', 'show times in UTC, as 05:00Z, and not in the zones of the chains')
    .helpOption('--help', 'this help')
    .addHelpText('after', FIRST_STEPS)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void out.stdout.write(text),
      writeErr: (text) => void out.stderr.write(text),
      outputError: (text, write) => write(text.replace(/^error: /, '')),
    })
    .configureHelp({ helpWidth: out.width, showGlobalOptions: true, sortSubcommands: false })
    .showSuggestionAfterError();
  const act: Act =
    (work) =>
    async (...given) => {
      const command = given.at(-1) as Command;
      const { project, utc } = program.opts<{ project?: string; utc?: boolean }>();
      if (utc) (await import('../control/when-text.js')).showUtc();
      try {
        onExit(await work({ out, project }, command.processedArgs as never, command.opts<never>()));
      } catch (error) {
        const { withSuggestion } = await import('./suggest-id.js');
        throw await withSuggestion(error, command.args, project);
      }
    };
  const named = argv === null ? null : namedCommand(argv);
  for (const [group, entries] of Object.entries(GROUPS)) {
    program.commandsGroup(group);
    for (const { name, summary, load } of entries) {
      const command = program.command(name).summary(summary).description(`${summary}.`);
      command.copyInheritedSettings(program);
      if (named === null || name === named) (await load()).configure(command, act);
    }
  }
  program.addHelpCommand(new DaychainCommand('help').argument('[command]').summary('Help for a command').helpGroup('Look:'));
  return program;
}

const FIRST_STEPS = `
Examples:
  daychain up                              start everything here, and stay
  daychain run daily-chain --wait          run today's, and see how it goes
  daychain run task_mail --date 2026-02-03
  daychain status
  daychain show daily-chain yesterday
  daychain rerun daily-chain:20260203      run again what did not succeed

Exit codes: 0 done or already done, 1 the run failed, 2 bad input, 3 cannot reach a server,
4 refused because of state, 130 interrupted.`;

/** The first word that is no option: all that is needed to know which command to load. */
function namedCommand(argv: readonly string[]): string | undefined {
  const words = argv.filter((word, at) => !word.startsWith('-') && argv[at - 1] !== '--project');
  return words[0] === 'help' ? words[1] : words[0];
}
