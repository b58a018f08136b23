/** The `daychain` command. */
import { Output } from './output.js';
import { runProgram } from './run-program.js';

const argv = process.argv.slice(2);
const out = new Output(process.stdout, process.stderr, argv.includes('--json'));

// A reader that has seen enough, as `head` has, is no fault of anyone.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0);
    throw error;
  });
}

process.exitCode = await runProgram(argv, out);
