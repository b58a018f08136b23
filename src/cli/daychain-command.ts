/** Commands as this program wants them. */
import { type AddHelpTextContext, type AddHelpTextPosition, Command, type Option } from 'commander';
import { wrapped } from './table.js';

const WIDTH = 100;

export class DaychainCommand extends Command {
  override createCommand(name?: string): Command {
    return new DaychainCommand(name);
  }

  /** Prose is set to the width of the help; what is indented, as examples are, stays as it is. */
  override addHelpText(position: AddHelpTextPosition, text: string | ((context: AddHelpTextContext) => string)): this {
    if (typeof text !== 'string') return super.addHelpText(position, text);
    return super.addHelpText(position, () => reflowed(text, this.configureHelp().helpWidth ?? WIDTH));
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

/** Lines of prose that follow each other are one paragraph. A line that ends in a colon ends its own. */
function reflowed(text: string, width: number): string {
  const blocks: string[] = [];
  let open = false;
  for (const line of text.split('\n')) {
    const prose = line !== '' && !line.startsWith(' ');
    if (prose && open) blocks[blocks.length - 1] += ` ${line}`;
    else blocks.push(line);
    open = prose && !line.endsWith(':');
  }
  return blocks.flatMap((block) => (block.startsWith(' ') ? [block] : wrapped(block, width))).join('\n');
}
