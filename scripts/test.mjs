/**
 * Runs the tests and closes with one line that both people and machines can read: `N passed, N failed, N skipped`.
 * Arguments go to vitest: `npm test -- test/plan`, `npm test -- -t "a sentence"`. The full report is left in test-report.json.
 */
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { closingLine, countTests, readReport } from './test-report.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const skipReporter = path.join(root, 'scripts', 'skip-reporter.mjs');
const reportFile = path.join(root, 'test-report.json');
const vitest = path.join(path.dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs');

// A report of an earlier run must never be taken for this one's.
rmSync(reportFile, { force: true });

const code = await runVitest(process.argv.slice(2));
const report = readReport(reportFile);
const counts = countTests(report);

if (report === null) process.stdout.write('\nvitest left no report: it ended before the tests did\n');
else if (code !== 0 && counts.failed === 0)
  process.stdout.write('\nno single test failed, but the run as a whole did (see above)\n');
else if (counts.passed + counts.failed === 0) process.stdout.write('\nnot one test ran\n');
process.stdout.write(`\n${closingLine(counts)}\n`);

process.exitCode = code !== 0 ? code : counts.failed > 0 || counts.passed === 0 ? 1 : 0;

/** @returns {Promise<number>} vitest's exit code; 1 if a signal ended it */
function runVitest(args) {
  const child = spawn(
    process.execPath,
    [
      vitest,
      'run',
      '--reporter=default',
      '--reporter=json',
      `--reporter=${skipReporter}`,
      `--outputFile.json=${reportFile}`,
      ...args,
    ],
    { cwd: root, stdio: 'inherit' },
  );
  // Ctrl-C reaches vitest by itself; a signal to this process alone would not.
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  process.on('SIGINT', () => undefined);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode) => resolve(exitCode ?? 1));
  });
}
