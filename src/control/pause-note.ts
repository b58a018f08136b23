/** What a pause says of itself: the note of a paused schedule, for people and for daychain alike. */

export interface PauseNote {
  by: string;
  /** ISO instant. */
  at: string;
  /** ISO instant at which it ends by itself; null: when somebody resumes. */
  until: string | null;
  reason: string | null;
}

const INSTANT = String.raw`\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z`;
const NOTE = new RegExp(`^paused by (.+?) at (${INSTANT})(?: until (${INSTANT}))?(?:: ([\\s\\S]*))?$`);
/** Temporal's limit for a note is 1,000. */
const MAX_NOTE = 900;

export function pauseNote({ by, at, until, reason }: PauseNote): string {
  const text = `paused by ${by} at ${at}${until === null ? '' : ` until ${until}`}${reason === null ? '' : `: ${reason}`}`;
  return text.length <= MAX_NOTE ? text : `${text.slice(0, MAX_NOTE - 1)}…`;
}

/** Who paused and why, or null for a note somebody wrote by other means. */
export function readPauseNote(note: string | null): PauseNote | null {
  const match = note === null ? null : NOTE.exec(note);
  if (!match) return null;
  const [, by = '', at = '', until = null, reason = null] = match;
  return { by, at, until, reason };
}

const RESUMED = new RegExp(`^resumed by .+? at (${INSTANT})(?:: [\\s\\S]*)?$`);

/** What a schedule says once a pause is over: by it is known that nothing of the pause is still to come. */
export function resumeNote(by: string, at: string, reason?: string | null): string {
  return `resumed by ${by} at ${at}${reason ? `: ${reason}` : ''}`.slice(0, MAX_NOTE);
}

/** ISO instant of the last resumption, where a note tells it. */
export function resumedAt(note: string | null | undefined): string | null {
  return RESUMED.exec(note ?? '')?.[1] ?? null;
}
