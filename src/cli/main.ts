/** The `daychain` command. */
import { Output } from './output.js';
import { toldProblem } from './problems.js';
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
  const told = toldProblem(error);
  if (told.message !== '') out.note(told.kind === 'fault' ? told.message : wrapped(told.message, out.width).join('\n'));
  if (told.kind !== 'usage') out.answer({ error: { kind: told.kind, message: told.message, ...told.details } });
  process.exitCode = told.exit;
}
