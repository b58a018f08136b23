/** Durations as people write them: a number and its unit, never a bare number. */

const UNIT_MS = {
  millisecond: 1,
  second: 1_000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
} as const;

type Unit = keyof typeof UNIT_MS;

/** `'15 minutes'`, `'1 hour'`, `'500 milliseconds'`: a number, one space, a unit in singular or plural. */
export type Duration = `${number} ${Unit | `${Unit}s`}`;

const DURATION = /^(\d+(?:\.\d+)?) (millisecond|second|minute|hour|day)s?$/;

/**
 * Milliseconds of a duration.
 * @throws RangeError in words, if the text is no duration.
 */
export function durationMs(text: string): number {
  const match = DURATION.exec(text);
  if (!match) {
    throw new RangeError(
      `${JSON.stringify(text)} is no duration: write a number and its unit, like "15 minutes" (milliseconds, seconds, minutes, hours, days)`,
    );
  }
  return Math.round(Number(match[1]) * UNIT_MS[match[2] as Unit]);
}

/** A duration for people: `850 ms`, `41 s`, `3 min 5 s`, `2 h 4 min`. */
export function durationText(ms: number): string {
  // The bounds lie where rounding would fill the unit: no "1000 ms", no "10.0 s".
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 9_950) return `${(ms / 1_000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1_000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return seconds % 60 ? `${minutes} min ${seconds % 60} s` : `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return minutes % 60 ? `${hours} h ${minutes % 60} min` : `${hours} h`;
}
