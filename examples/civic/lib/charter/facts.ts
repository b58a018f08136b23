/** What is publicly known about the town: a contribution that states another figure for it is contradicted. */

interface Fact {
  /** Finds a claim in folded text; its first group is the figure. */
  claim: RegExp;
  figure: number;
  /** How far off a claim may be, as a share of the figure. People round. */
  tolerance: number;
  /** As a French sentence. */
  truth: string;
}

const FIGURE = '([0-9][0-9 ]*|[a-z]+(?: [a-z]+){0,4}?)';

export const FACTS: Fact[] = [
  {
    claim: new RegExp(
      `commune (?:compte|n a que|a|ne compte que) (?:a peine |plus de |environ |pres de )?${FIGURE} habitants`,
      'g',
    ),
    figure: 3_412,
    tolerance: 0.15,
    truth: 'la commune compte 3 412 habitants',
  },
  {
    claim: new RegExp(`(?:mairie|commune) (?:emploie|paie|a) (?:a peine |plus de |environ |pres de )?${FIGURE} agents`, 'g'),
    figure: 42,
    tolerance: 0.2,
    truth: 'la commune emploie 42 agents',
  },
  {
    claim: new RegExp(`${FIGURE} milligrammes de nitrates`, 'g'),
    figure: 21,
    tolerance: 0.3,
    truth: 'les derniers prélèvements affichent 21 milligrammes de nitrates par litre',
  },
];

/** The facts that a folded text contradicts, as French sentences. */
export function contradictions(folded: string): string[] {
  return FACTS.filter(({ claim, figure, tolerance }) =>
    [...folded.matchAll(claim)].some((found) => {
      const said = readFigure(found[1] ?? '');
      return said !== null && Math.abs(said - figure) > figure * tolerance;
    }),
  ).map(({ truth }) => truth);
}

const ONES = 'zero un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize'.split(' ');
const TENS: Record<string, number> = { vingt: 20, vingts: 20, trente: 30, quarante: 40, cinquante: 50, soixante: 60 };

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
