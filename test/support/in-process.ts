/** A command without a process of its own, for tests that ask much. The run's servers must stand in this process's environment. */
import { Writable } from 'node:stream';
import { Output } from '../../src/cli/output.js';
import { buildProgram } from '../../src/cli/program.js';
import { within } from './engine.js';
import { PROCESS_MS } from './patience.js';

/** Runs it, in the project of that folder, to its end. */
export async function askInProcess(dir: string, words: readonly string[]): Promise<{ exit: number; stdout: string }> {
  let [exit, stdout] = [0, ''];
  const answer = new Writable({ decodeStrings: false, write: (text: string, _, done) => ((stdout += text), done()) });
  const unheard = new Writable({ write: (_text, _encoding, done) => done() });
  const argv = ['--project', dir, ...words];
  const program = await buildProgram(argv, new Output(answer, unheard, words.includes('--json'), false), (code) => (exit = code));
  await within(PROCESS_MS, words.join(' '), program.parseAsync(argv, { from: 'user' }));
  return { exit, stdout };
}
