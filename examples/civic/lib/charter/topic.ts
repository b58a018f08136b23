/** Whether a text has to do with the town, and which of its seven themes it is about. */
import { CATEGORIES, type Category } from '../contributions.js';
import { ELSEWHERE, THEMES, TOWN } from './lexicon/topic.js';
import { isAbout, type Found } from './marks.js';
import type { Reading } from './reading.js';

const THEME_WORDS = [...new Set(CATEGORIES.flatMap((category) => THEMES[category]))];

/** How far from the town the text is. A word of its life outweighs one that leads away; with none there is nothing to hold it here. */
export function findOffTopic(reading: Reading): Found {
  const near = phrases(reading, TOWN);
  const themes = [...phrases(reading, THEME_WORDS)].filter((word) => !near.has(word));
  const far = phrases(reading, ELSEWHERE);
  const held = near.size + 0.4 * themes.length;
  const weight = held === 0 ? 1 + 0.2 * far.size : (0.9 * far.size) / held;
  return { weight: Math.min(weight, 3), evidence: [...far] };
}

export interface Theme {
  /** Null where no theme's words occur. */
  name: Category | null;
  /** 0 to 1. */
  confidence: number;
}

export function suggestTheme({ tokens }: Reading): Theme {
  const scores = CATEGORIES.map((name) => ({ name, score: tokens.filter((word) => isAbout(word, THEMES[name])).length }));
  const [best, second] = scores.sort((a, b) => b.score - a.score);
  if (!best || best.score === 0) return { name: null, confidence: 0 };
  // Half for being there at all, the rest by how far the runner-up is behind.
  return { name: best.name, confidence: 0.5 + (0.45 * (best.score - (second?.score ?? 0))) / best.score };
}

/** The different words and phrases of the text that the list names. */
function phrases({ tokens, text }: Reading, list: readonly string[]): Set<string> {
  const single = list.filter((stem) => !stem.includes(' '));
  const several = list.filter((stem) => stem.includes(' '));
  return new Set([
    ...tokens.filter((word) => isAbout(word, single)),
    ...several.filter((phrase) => text.includes(` ${phrase} `)),
  ]);
}
