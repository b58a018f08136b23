/** Answers that took a wish and did nothing of it, or not yet. */
import type { Texts } from '../i18n/context.js';
import { subjectOf, type Wish } from './wishes.js';

/** What the API answers to an action, as far as it says whether something came of it. */
export interface ActionAnswer {
  outcome?: string;
  /** Of a backfill that is held or released: false until a worker has answered. */
  applied?: boolean;
}

/** Why nothing, or nothing yet, came of a wish, in the reader's words; null where it was done. */
export function withoutEffect(t: Texts, wish: Wish, { outcome, applied }: ActionAnswer): string | null {
  const told = applied === false ? 'accepted' : outcome;
  return isNothing(t, told) ? t.nothing[told](subjectOf(wish)) : null;
}

function isNothing(t: Texts, outcome: string | undefined): outcome is keyof Texts['nothing'] {
  return outcome !== undefined && Object.hasOwn(t.nothing, outcome);
}
