/** Numbers in French sentences, in digits or in words. */

export interface Figure {
  value: number;
  /** The folded words that follow it. */
  after: string;
}

const ONES = 'zero un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize'.split(' ');
const TENS: Record<string, number> = { vingt: 20, vingts: 20, trente: 30, quarante: 40, cinquante: 50, soixante: 60 };
const WORD = `(?:${[...ONES, ...Object.keys(TENS), 'cents?', 'mille'].join('|')})`;
const FIGURE = new RegExp(
  `(?<![a-z0-9])(?:(\\d+(?: \\d{3})*)(?: (\\d{1,2}))?|(${WORD}(?: (?:et )?${WORD})*))( millions?| milliards?)?(?![a-z0-9])`,
  'g',
);

/** The numbers of a folded text, with what follows each. `un` and `une` alone are articles. */
export function figuresIn(folded: string): Figure[] {
  const found: Figure[] = [];
  for (const match of folded.matchAll(FIGURE)) {
    const [whole, digits, decimals, inWords, scale] = match;
    const base = digits === undefined ? readFigure(inWords ?? '') : Number(`${digits.replaceAll(' ', '')}.${decimals ?? '0'}`);
    if (base === null || (inWords === 'un' && scale === undefined)) continue;
    const value = base * (scale === undefined ? 1 : scale.includes('milliard') ? 1e9 : 1e6);
    found.push({ value, after: folded.slice(match.index + whole.length) });
  }
  return found;
}

/** A number in digits or in folded French words, up to the thousands; null if it is neither. */
export function readFigure(text: string): number | null {
  const digits = text.replaceAll(' ', '');
  if (/^\d+$/.test(digits)) return Number(digits);
  let thousands = 0;
  let rest = 0;
  for (const word of text.split(' ')) {
    if (word === 'et') continue;
    if (word === 'mille') {
      thousands = (rest || 1) * 1_000;
      rest = 0;
    } else if (/^cents?$/.test(word)) rest = (rest || 1) * 100;
    // "quatre-vingts" multiplies, "cent vingt" adds.
    else if (/^vingts?$/.test(word) && rest % 100 === 4) rest += 76;
    else if (word in TENS) rest += TENS[word] ?? 0;
    else if (ONES.includes(word)) rest += ONES.indexOf(word);
    else return null;
  }
  return thousands + rest;
}
