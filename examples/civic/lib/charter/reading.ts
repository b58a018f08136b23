/** A contribution as the rules read it: sentences of folded words, and what each sentence does with what it says. */
import { fold, words } from '../words.js';

export interface Sentence {
  /** Folded words with single blanks between them, one blank at each end. */
  text: string;
  /** It asks, reports, doubts or refutes: what it says is not stated by its author. */
  stated: boolean;
  /** The folded words between quotation marks. */
  quoted: string;
}

export interface Reading {
  sentences: Sentence[];
  /** All of it, folded, with single blanks. */
  text: string;
  /** The folded words in their order. */
  tokens: string[];
  raw: string;
}

/** Turns of phrase by which an author passes on what they do not claim themselves. */
const HEARD =
  /\b(?:il parait|parait il|est ce vrai|est ce exact|est ce normal|si c est vrai|est il vrai|vrai ou faux|(?:le bruit|la rumeur) court|court a la|rumeur|on m a (?:affirme|dit|assure|raconte)|m a t on dit|j ai (?:lu|entendu)|certains (?:disent|pretendent|affirment)|d apres (?:certains|ma voisine|mon voisin))\b/;
const REFUTED =
  /\b(?:c est faux|est faux|est fausse|m a montre que non|n est pas vrai|a tort|intox|demen\w+|contrairement a ce)\b/;

/** Reads a text. Case, accents and punctuation do not count, save the ends of sentences and quotation marks. */
export function readText(raw: string): Reading {
  const parts = raw.split(/(?<=[.!?…])\s+|\n+/).filter((part) => words(part).length > 0);
  const sentences = parts.map((part) => ({ text: padded(part), stated: true, quoted: quotedIn(part), asks: part.includes('?') }));
  const refuted = sentences.some(({ text }) => REFUTED.test(text));
  return {
    sentences: sentences.map(({ text, quoted, asks }) => ({ text, quoted, stated: !asks && !HEARD.test(text) && !refuted })),
    text: padded(raw),
    tokens: words(raw),
    raw,
  };
}

/** Between « », “ ” or " ", of the sentence. */
function quotedIn(part: string): string {
  return [...part.matchAll(/[«“"]([^»”"]*)[»”"]/g)].map(([, inner]) => padded(inner ?? '')).join('');
}

function padded(text: string): string {
  return ` ${words(fold(text)).join(' ')} `;
}
