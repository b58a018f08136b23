/** What a vitest JSON report says, counted so that nothing which did not run can look like a pass. */
import { readFileSync } from 'node:fs';

/** Null if there is no report, or none that can be read. */
export function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}

/**
 * A file that failed before its first test (it did not load, say) counts as one failure: its tests are in no other number.
 * Todo counts as skipped.
 */
export function countTests(report) {
  const files = report?.testResults ?? [];
  const tests = files.flatMap((file) => file.assertionResults);
  const withStatus = (...statuses) => tests.filter((test) => statuses.includes(test.status));
  const brokenFiles = files.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  );
  return {
    passed: withStatus('passed').length,
    failed: withStatus('failed').length + brokenFiles.length,
    skipped: withStatus('skipped', 'pending', 'todo', 'disabled').length,
  };
}

export const closingLine = ({ passed, failed, skipped }) => `${passed} passed, ${failed} failed, ${skipped} skipped`;
