/** Whether the command line would take what other surfaces tell people to type. Nothing of it is carried out. */
import { PassThrough } from 'node:stream';
import { type Command, CommanderError } from 'commander';
import { Output } from '../../src/cli/output.js';
import { buildProgram } from '../../src/cli/program.js';

/** What the parser has against `daychain …`; null if nothing. */
export async function refusalOf(line: string): Promise<string | null> {
  const [program, ...words] = wordsOf(line);
  if (program !== 'daychain') return `${line} is no command line of daychain`;
  const stream = new PassThrough();
  let acted = false;
  const parser = await buildProgram(null, new Output(stream, stream, false, false), () => {});
  standStill(parser, () => (acted = true));
  try {
    await parser.parseAsync(words, { from: 'user' });
    return acted ? null : `${line} names no command`;
  } catch (error) {
    if (error instanceof CommanderError) return `${line}: ${error.message}`;
    throw error;
  }
}

/** As a shell reads it: single and double quotes, and what is escaped outside of them. */
export function wordsOf(line: string): string[] {
  return [...line.matchAll(/(?:'[^']*'|"[^"]*"|\\.|[^\s'"\\])+/g)].map(([word]) =>
    word.replaceAll(
      /'([^']*)'|"([^"]*)"|\\(.)/g,
      (_, single?: string, double?: string, one?: string) => single ?? double ?? one ?? '',
    ),
  );
}

function standStill(command: Command, act: () => void): void {
  if ((command as unknown as { _actionHandler: unknown })._actionHandler !== null) command.action(act);
  for (const one of command.commands) standStill(one, act);
}
