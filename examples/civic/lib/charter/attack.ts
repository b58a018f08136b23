/** Personal attack and discrimination: insults, hard words aimed at someone, threats, contempt, groups shut out. */
import { AIMED, CONTEMPT, EXCLUSION, GROUPS, HARD_WORDS, INSULTS, REPORTED, THREATS } from './lexicon/attack.js';
import { find, sum, type Found, type Mark } from './marks.js';
import type { Reading, Sentence } from './reading.js';

const AIMED_WORDS: Mark[] = HARD_WORDS.map(({ pattern, weight }) => ({
  pattern: new RegExp(`(?<![a-z0-9])${AIMED}(?:[a-z]+ ){0,1}?${pattern.source}`, 'g'),
  weight,
}));

/** Someone in particular. A hard word in the same sentence counts half, even where nothing binds it to them. */
const PERSONS =
  / (?:le maire|la maire|maire adjoint|madame|monsieur|mme|l adjointe?|l elue?|cet elu|le conseiller|la conseillere|la directrice|le directeur|mon voisin|ma voisine|docteur|cette femme|cet homme|le president|la presidente|le type|tu|vous etes)(?= )/;

/** How much of an attack the text is, with the words that make it one. */
export function findAttack(reading: Reading): Found {
  return sum(...reading.sentences.map((sentence, at) => attackIn(sentence, reading.sentences[at + 1] ?? null)));
}

function attackIn(sentence: Sentence, next: Sentence | null): Found {
  // What is quoted in order to condemn it is not said by the author.
  const text = REPORTED.test(sentence.text)
    ? ''
    : sentence.quoted === ''
      ? sentence.text
      : sentence.text.replace(sentence.quoted, ' ');
  const aimed = find(AIMED_WORDS, text);
  const loose = aimed.weight === 0 && PERSONS.test(text) ? halved(find(HARD_WORDS, text)) : NOTHING;
  const groups = [...text.matchAll(GROUPS)].map(([group]) => group.trim());
  // The group is named in one sentence, and shut out in it or in the next.
  const shutOut = groups.length === 0 ? NOTHING : find(EXCLUSION, `${text}${next?.text ?? ''}`);
  const excluded = shutOut.weight > 0 ? { weight: shutOut.weight, evidence: [...groups, ...shutOut.evidence] } : NOTHING;
  return sum(find(INSULTS, text), aimed, loose, find(THREATS, text), find(CONTEMPT, text), excluded);
}

const NOTHING: Found = { weight: 0, evidence: [] };

function halved({ weight, evidence }: Found): Found {
  return { weight: weight / 2, evidence };
}
