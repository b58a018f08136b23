import { describe, expect, test } from 'vitest';
import { frenchCauses } from '../../../src/web/page/i18n/fr-causes.js';
import { en } from '../../../src/web/page/i18n/en.js';
import { WHY_CAUSES } from '../../../src/control/why-view.js';
import { fr } from '../../../src/web/page/i18n/fr.js';

/** Words both languages write alike, names, and what is no word. */
const ALIKE = new Set([
  ...['verb.pause', 'date', 'actions', 'appearances.auto', 'languageNames.en', 'languageNames.fr', 'keyNames.arrows'],
  ...['keyNames.find', 'keyNames.help', 'keyNames.views', 'schedule.active', 'segment.backoff', 'datesCount'],
]);

/** Every text by the place it stands at; of those that are made, one that shows all it is made of. */
function textsOf(value: object, at = ''): [string, string][] {
  return Object.entries(value).flatMap(([key, inner]: [string, unknown]): [string, string][] => {
    const place = at === '' ? key : `${at}.${key}`;
    if (typeof inner === 'string') return [[place, inner]];
    if (typeof inner === 'function') return [[place, String((inner as (...words: string[]) => string)('⟨1⟩', '⟨2⟩'))]];
    return textsOf(inner as object, place);
  });
}

describe('the two dictionaries', () => {
  const english = textsOf(en);
  const french = new Map(textsOf(fr));

  test('have the same keys, in the same order', () => {
    expect([...french.keys()]).toEqual(english.map(([place]) => place));
    expect(english.length).toBeGreaterThan(200);
  });

  test('say nothing in French that is still English', () => {
    const untranslated = english.filter(
      ([place, text]) => french.get(place) === text && /\p{L}{2}/u.test(text) && !ALIKE.has(place),
    );
    expect(untranslated).toEqual([]);
  });

  test('use every value they are given, in both languages', () => {
    for (const [place, text] of english) {
      const values = (words: string): string[] => [...new Set(words.match(/⟨\d⟩/g) ?? [])].sort();
      expect([place, values(french.get(place) ?? '')]).toEqual([place, values(text)]);
    }
  });

  test('write apostrophes and quotes as print does', () => {
    expect([...english, ...french].filter(([, text]) => /["']/.test(text))).toEqual([]);
  });
});

test('what holds a run is said in French for each cause, in words of its own', () => {
  expect(Object.keys(frenchCauses)).toEqual([...WHY_CAUSES]);
  expect(new Set(Object.values(frenchCauses)).size).toBe(WHY_CAUSES.length);
  expect(Object.values(frenchCauses).filter((text) => /["']|\.$/.test(text))).toEqual([]);
});
