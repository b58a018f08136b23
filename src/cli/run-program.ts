/** One command line from its words to its exit code; whatever goes wrong is told here. */
import { CommanderError } from 'commander';
import { EXIT } from './exit-codes.js';
import type { Output } from './output.js';
import { buildProgram } from './program.js';
import { wrapped } from './table.js';

export async function runProgram(argv: readonly string[], out: Output): Promise<number> {
  try {
    let exit: number = EXIT.done;
    const program = await buildProgram(argv, out, (code) => (exit = code));
    await program.parseAsync(argv, { from: 'user' });
    return exit;
  } catch (error) {
    return error instanceof CommanderError ? ofCommander(out, error) : await tell(out, error);
  }
}

/** Its words have been written already; help and the version are no faults. */
function ofCommander(out: Output, { exitCode, message }: CommanderError): number {
  if (exitCode === 0) return EXIT.done;
  out.answer({ error: { kind: 'bad_input', message: message.replace(/^error: /, '') } });
  return EXIT.badInput;
}

/** Most of what can go wrong is known by modules that a command line in order never needs. */
async function tell(out: Output, error: unknown): Promise<number> {
  const { toldProblem } = await import('./problems.js');
  const { exit, kind, message, details } = toldProblem(error);
  out.note(kind === 'fault' ? message : wrapped(message, out.width).join('\n'));
  out.answer({ error: { kind, message, ...details } });
  return exit;
}
