/** Whether what is looked for is there. */

/** Whether a chain's or task's id, or a date, is what was meant. Every word has to be found somewhere. */
export function fits(words: string, ...texts: readonly string[]): boolean {
  return words
    .toLowerCase()
    .split(/\s+/)
    .every((word) => texts.some((text) => text.toLowerCase().includes(word)));
}
