/** Errors of items as an attempt's last word tells them. */
import { KeptTexts, type TravellingTexts } from './kept-texts.js';
import type { AttemptTrace } from './types.js';

/** A failure says them itself; of an attempt that was lost there is its last heartbeat, where they stand with the items. */
export function itemErrorsOf({ errors, items = {} }: AttemptTrace): string[] {
  if (errors.length > 0) return errors;
  return Object.values(items as unknown as Record<string, { errors: TravellingTexts }>).flatMap((kept) =>
    new KeptTexts(kept.errors).all(),
  );
}
