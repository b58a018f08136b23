/** The `daychain` command. */
import { CommanderError } from 'commander';
import { EXIT } from './exit-codes.js';
import { Output } from './output.js';
import { buildProgram } from './program.js';
import { wrapped } from './table.js';

const argv = process.argv.slice(2);
const out = new Output(process.stdout, process.stderr, argv.includes('--json'));

// A reader that has seen enough, as `head` has, is no fault of anyone.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0);
    throw error;
  });
}

try {
  let exit = 0;
  const program = await buildProgram(argv, out, (code) => (exit = code));
  await program.parseAsync(argv, { from: 'user' });
  process.exitCode = exit;
} catch (error) {
  process.exitCode = error instanceof CommanderError ? ofCommander(error) : await tell(error);
}

/** Its words have been written already; help and the version are no faults. */
function ofCommander({ exitCode, message }: CommanderError): number {
  if (exitCode === 0) return EXIT.done;
  out.answer({ error: { kind: 'bad_input', message: message.replace(/^error: /, '') } });
  return EXIT.badInput;
}

/** Most of what can go wrong is known by modules that a command line in order never needs. */
async function tell(error: unknown): Promise<number> {
  const { toldProblem } = await import('./problems.js');
  const { exit, kind, message, details } = toldProblem(error);
  out.note(kind === 'fault' ? message : wrapped(message, out.width).join('\n'));
  out.answer({ error: { kind, message, ...details } });
  return exit;
}
