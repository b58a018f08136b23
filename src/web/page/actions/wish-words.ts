/** A wish in the reader's words. */
import type { Texts } from '../i18n/context.js';
import { subjectOf, type Wish } from './wishes.js';

export function verbOf(t: Texts, wish: Wish): string {
  if (wish.verb === 'rerun') return wish.task !== null ? t.verb.rerunFrom : wish.done ? t.verb.rerun : t.verb.rerunFailed;
  return t.verb[wish.verb];
}

export function questionOf(t: Texts, wish: Wish): string {
  if (wish.verb === 'rerun' && wish.task !== null) return t.ask.rerunFrom(wish.task, subjectOf(wish));
  return t.ask[wish.verb](subjectOf(wish));
}

export function doneText(t: Texts, wish: Wish): string {
  return t.done[wish.verb](subjectOf(wish));
}
