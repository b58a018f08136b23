/** Prints the last test run's closing line once more, from its report. */
import { fileURLToPath } from 'node:url';
import { closingLine, countTests, readReport } from './test-report.mjs';

const report = readReport(fileURLToPath(new URL('../test-report.json', import.meta.url)));
process.stdout.write(`${closingLine(countTests(report))}\n`);
