/** Commands as this program wants them. */
import { Command, type Option } from 'commander';

export class DaychainCommand extends Command {
  override createCommand(name?: string): Command {
    return new DaychainCommand(name);
  }

  /** The library asks for what is missing before it looks at what is unknown; who mistyped a name wants to hear of that. */
  missingMandatoryOptionValue(option: Option): void {
    const unknown = this.unknownWord();
    const raw = this as unknown as { unknownOption(flag: string): void };
    if (unknown !== undefined) raw.unknownOption(unknown);
    this.error(`error: required option '${option.flags}' not specified`, { code: 'commander.missingMandatoryOptionValue' });
  }

  private unknownWord(): string | undefined {
    const lineage = lineageOf(this);
    const known = new Set(lineage.flatMap(({ options }) => options.flatMap(({ long, short }) => [long, short])));
    const { rawArgs } = lineage.at(-1) as unknown as { rawArgs: string[] };
    const typed = rawArgs.filter((word) => /^--[a-z]/.test(word)).map((word) => word.split('=')[0]!);
    return typed.find((word) => !known.has(word) && word !== '--help');
  }
}

/** The command, its parent, and so on up to the program. */
function lineageOf(command: Command): Command[] {
  return command.parent === null ? [command] : [command, ...lineageOf(command.parent)];
}
