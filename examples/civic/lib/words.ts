/** French text as comparable words: case, accents and punctuation do not count. */

/** Lower case, without accents and ligatures: `'Œuvre déjà'` → `'oeuvre deja'`. */
export function fold(text: string): string {
  return text.toLowerCase().replaceAll('œ', 'oe').replaceAll('æ', 'ae').normalize('NFD').replace(/\p{M}/gu, '');
}

/** The folded words of a text. Apostrophes and hyphens part words: `"l'eau"` → `['l', 'eau']`. */
export function words(text: string): string[] {
  return fold(text).match(/[\p{L}\p{N}]+/gu) ?? [];
}

/** How many words a text has, elided articles not counted: `"l'eau du puits"` has three. */
export function wordCount(text: string): number {
  return text.match(/[\p{L}\p{N}]+(?:-[\p{L}\p{N}]+)*(?!['’\p{L}\p{N}])/gu)?.length ?? 0;
}

/** The name most like a mistyped one: by the letter pairs they share. */
export function closest(typed: string, names: readonly string[]): string {
  const pairs = (text: string) => [...text].map((_, at) => text.slice(at, at + 2));
  const likeness = (name: string) => pairs(name).filter((pair) => pairs(typed).includes(pair)).length / name.length;
  return [...names].sort((a, b) => likeness(b) - likeness(a))[0] ?? '';
}
