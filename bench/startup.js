/**
 * `npm run bench:startup`: how soon `daychain --help` has answered, from a warm disk, against Node doing nothing at all.
 * Each is started in turn, 15 times; medians and their ratio are printed, with the machine's load. `--json` prints figures
 * only.
 */
import { execFileSync } from 'node:child_process';
import { loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';

const ROUNDS = 15;
const bin = fileURLToPath(new URL('../bin/daychain.js', import.meta.url));

const runs = { node: ['-e', '0'], help: [bin, '--help'] };
const times = { node: [], help: [] };
for (const words of Object.values(runs)) timed(words);
for (let round = 0; round < ROUNDS; round += 1) {
  for (const [name, words] of Object.entries(runs)) times[name].push(timed(words));
}

const [node, help] = [median(times.node), median(times.help)];
const figures = { rounds: ROUNDS, nodeMs: node, helpMs: help, ratio: help / node, load: loadavg()[0] };
process.stdout.write(
  process.argv.includes('--json')
    ? `${JSON.stringify(figures, null, 2)}\n`
    : [
        `daychain --help   ${help.toFixed(0)} ms`,
        `node -e 0         ${node.toFixed(0)} ms`,
        `ratio             ${figures.ratio.toFixed(2)}`,
        `medians of ${ROUNDS}; load ${figures.load.toFixed(1)}`,
        '',
      ].join('\n'),
);

/** Milliseconds from the start of the process to its end. */
function timed(words) {
  const begun = performance.now();
  execFileSync(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  return performance.now() - begun;
}

function median(numbers) {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
}
