/** The whole program as data: for completion, for the documentation, and for tests that must miss no command. */
import { PassThrough } from 'node:stream';
import type { Argument, Command, Option } from 'commander';
import { Output } from './output.js';
import { buildProgram } from './program.js';

export interface DescribedArgument {
  name: string;
  required: boolean;
  variadic: boolean;
  choices: string[];
}

export interface DescribedOption {
  /** `--date <date>` */
  flags: string;
  /** `--date` */
  long: string;
  /** What stands for its value, `date`; null where it takes none. */
  value: string | null;
  choices: string[];
  summary: string;
}

export interface DescribedCommand {
  /** `at cancel`; empty for the program itself. */
  path: string;
  summary: string;
  /** The heading it stands under; only of commands that are no subcommands. */
  group: string | null;
  /** Whether it does something by itself, and not only by its subcommands. */
  acts: boolean;
  arguments: DescribedArgument[];
  options: DescribedOption[];
  /** All that `--help` prints, at 100 columns. */
  help: string;
}

/** Every command and subcommand that is not hidden, in the order of the help; the program itself first. */
export async function describeProgram(): Promise<DescribedCommand[]> {
  const stream = new PassThrough();
  const program = await buildProgram(null, new Output(stream, stream, false, false), () => {});
  return described(program, '', null);
}

function described(command: Command, path: string, group: string | null): DescribedCommand[] {
  const help = command.createHelp();
  const subcommands = help.visibleCommands(command).filter((one) => one.name() !== 'help');
  // What a command does may stand in a subcommand that nobody names.
  const { _defaultCommandName: unnamed } = command as unknown as { _defaultCommandName: string | null };
  const acting = command.commands.find((one) => one.name() === unnamed) ?? command;
  const own: DescribedCommand = {
    path,
    summary: command.summary(),
    group,
    acts: (acting as unknown as { _actionHandler: unknown })._actionHandler !== null,
    arguments: acting.registeredArguments.map(argumentOf),
    options: help
      .visibleOptions(acting)
      .filter(({ long }) => long !== '--help')
      .map(optionOf),
    help: helpOf(command),
  };
  return [
    own,
    ...subcommands.flatMap((one) =>
      described(one, path === '' ? one.name() : `${path} ${one.name()}`, path === '' ? one.helpGroup() : null),
    ),
  ];
}

function argumentOf(argument: Argument): DescribedArgument {
  return {
    name: argument.name(),
    required: argument.required,
    variadic: argument.variadic,
    choices: [...(argument.argChoices ?? [])],
  };
}

function optionOf(option: Option): DescribedOption {
  const value = /[<[]([^>\]]+)[>\]]/.exec(option.flags)?.[1] ?? null;
  return {
    flags: option.flags,
    long: option.long!,
    value: value === null ? null : value.replace(/\.\.\.$/, ''),
    choices: [...(option.argChoices ?? [])],
    summary: option.description,
  };
}

/** With what `addHelpText` put behind it. */
function helpOf(command: Command): string {
  let text = '';
  const keep = command.configureOutput();
  command.configureOutput({ ...keep, writeOut: (part) => (text += part) });
  command.outputHelp();
  command.configureOutput(keep);
  return text;
}
