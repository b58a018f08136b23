/** One thing doctor has looked at. */
import { connectionProblem } from '../../control/connection-problem.js';

export interface Check {
  name: string;
  /** `odd`: works, but is worth knowing. `skipped`: could not be looked at. */
  state: 'ok' | 'odd' | 'fails' | 'skipped';
  text: string;
  /** What to do about it: a command or a setting. */
  mend: string | null;
}

export function check(name: string, state: Check['state'], text: string, mend: string | null = null): Check {
  return { name, state, text, mend };
}

export function skipped(names: readonly string[]): Check[] {
  return names.map((name) => check(name, 'skipped', 'not looked at'));
}

/** A check that throws has failed. */
export async function asked(name: string, question: () => Promise<Check>): Promise<Check> {
  try {
    return await question();
  } catch (error) {
    return check(name, 'fails', connectionProblem(error) ?? firstLine(error));
  }
}

export function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
}

export function mendOf(error: unknown, otherwise: string): string {
  const [, ...rest] = (error instanceof Error ? error.message : '').split('\n');
  return rest.length > 0 ? rest.join(' ') : otherwise;
}
