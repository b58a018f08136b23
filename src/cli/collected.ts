/** For options that may be given several times: commander hands over each value and what came before. */
export function collected(value: string, before: string[]): string[] {
  return [...before, value];
}
