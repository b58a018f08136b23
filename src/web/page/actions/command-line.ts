/** What the actions of the page are in a terminal: the same verbs, ready to be typed. */
import type { Json, JsonObject } from '../../../plan/types.js';

/** Words in order, then options; an option that is `false`, null or empty is left out, `true` stands without a value. */
export function commandLine(words: readonly string[], options: Readonly<Record<string, string | boolean | null>> = {}): string {
  const told = Object.entries(options).flatMap(([name, value]) => {
    if (value === null || value === false || value === '') return [];
    return value === true ? [`--${name}`] : [`--${name}`, quoted(value)];
  });
  return ['daychain', ...words.map(quoted), ...told].join(' ');
}

/** Params as one word; null if there are none. */
export function paramsText(params: JsonObject): string | null {
  return Object.keys(params).length === 0 ? null : JSON.stringify(params satisfies Json);
}

/** As a POSIX shell reads it back: bare if it is harmless, else in single quotes. */
export function quoted(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
