/** In a file of its own: `--utc` holds for the whole process. */
import { expect, it } from 'vitest';
import { clockText, showUtc, shownZone, whenText } from '../../src/cli/times.js';

it('shows times in UTC, marked as such, once that is asked for', () => {
  const now = Date.parse('2026-02-03T22:30:00Z');
  expect(whenText('2026-02-03T23:30:00Z', 'Europe/Paris', now)).toBe('tomorrow 00:30');
  showUtc();
  expect(whenText('2026-02-03T23:30:00Z', 'Europe/Paris', now)).toBe('today 23:30Z');
  expect(clockText('2026-02-03T23:30:05Z', 'Europe/Paris', true)).toBe('23:30:05Z');
  expect(shownZone('Europe/Paris')).toBe('UTC');
});
