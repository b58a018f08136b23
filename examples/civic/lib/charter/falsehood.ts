/** False information: what the town's own figures or settled science contradict, hidden plots and charges without a source. */
import { contradictions } from './facts.js';
import { CHARGES, PLOT, SCIENCE } from './lexicon/falsehood.js';
import { find, sum, type Found } from './marks.js';
import type { Reading } from './reading.js';

/** How much false information the text states. What is asked, reported or refuted is not stated. */
export function findFalsehood({ sentences }: Reading): Found {
  const stated = sentences.filter((sentence) => sentence.stated).map(({ text }) => text);
  const wrong = stated.flatMap((text) => contradictions(text.trim()));
  const text = stated.join('');
  return sum(find([...SCIENCE, ...CHARGES, ...PLOT], text), { weight: wrong.length, evidence: wrong });
}
