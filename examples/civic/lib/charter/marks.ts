/** Words and turns of phrase that weigh for a rule. */

export interface Mark {
  pattern: RegExp;
  /** What one find adds. A rule speaks at a total of 1. */
  weight: number;
}

export interface Found {
  weight: number;
  evidence: string[];
}

/**
 * Marks of one weight from a list parted by commas or line ends, each a pattern in folded words (the comma of `{0,8}` parts nothing). A single word of letters is found in its
 * feminine and plural too: `escroc` finds `escrocs`, `idiot` finds `idiotes`.
 */
export function marks(weight: number, list: string): Mark[] {
  return list
    .split(/,(?!\d)|\n/)
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => ({ pattern: new RegExp(`(?<![a-z0-9])(?:${inflected(part)})(?![a-z0-9])`, 'g'), weight }));
}

function inflected(part: string): string {
  return /^[a-z]+$/.test(part) ? `${part}e?[sx]?` : part;
}

/** All marks found in a folded text. The same words count once. */
export function find(list: readonly Mark[], text: string): Found {
  const evidence: string[] = [];
  let weight = 0;
  for (const mark of list) {
    const hits = new Set([...text.matchAll(mark.pattern)].map(([hit]) => hit.trim()));
    weight += mark.weight * hits.size;
    evidence.push(...hits);
  }
  return { weight, evidence };
}

/** Sum of several finds. */
export function sum(...found: Found[]): Found {
  return {
    weight: found.reduce((total, { weight }) => total + weight, 0),
    evidence: [...new Set(found.flatMap(({ evidence }) => evidence))],
  };
}

/** A list parted by commas, as beginnings of words. */
export function starts(list: string): string[] {
  return list.split(',').map((stem) => stem.trim());
}

/** Whether a word begins as one of the stems. Stems of four letters and less must be the word, save for a plural. */
export function isAbout(word: string, stems: readonly string[]): boolean {
  return stems.some((stem) =>
    stem.length > 4 ? word.startsWith(stem) : word === stem || word === `${stem}s` || word === `${stem}x`,
  );
}
