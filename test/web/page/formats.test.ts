import { describe, expect, test } from 'vitest';
import { dateIn, formatsOf } from '../../../src/web/page/i18n/formats.js';
import { firstLanguage } from '../../../src/web/page/shell/first-language.js';

const en = formatsOf('en');
const fr = formatsOf('fr');
/** As people see it: with the spaces that do not break. */
const plain = (text: string): string => text.replaceAll(/[\u00a0\u202f]/g, ' ');

describe('durations', () => {
  test.each([
    [0, '0.0 s', '0,0 s'],
    [340, '0.3 s', '0,3 s'],
    [3_400, '3.4 s', '3,4 s'],
    [9_960, '10 s', '10 s'],
    [41_000, '41 s', '41 s'],
    [59_600, '1 min', '1 min'],
    [125_000, '2 min 5 s', '2 min 5 s'],
    [720_000, '12 min', '12 min'],
    [7_500_000, '2 h 5 min', '2 h 5 min'],
    [277_200_000, '3 d 5 h', '3 j 5 h'],
  ])('%d ms', (ms, english, french) => {
    expect(plain(en.duration(ms))).toBe(english);
    expect(plain(fr.duration(ms))).toBe(french);
  });
});

describe('instants', () => {
  const now = Date.parse('2026-11-22T10:00:00Z');

  test('are told by the day they are near, in the chain’s zone', () => {
    expect(en.when('2026-11-22T05:00:00Z', 'Europe/Paris', now)).toBe('today 06:00');
    expect(fr.when('2026-11-23T05:00:00Z', 'Europe/Paris', now)).toBe('demain 06:00');
    expect(en.when('2026-11-21T05:21:09Z', 'Europe/Paris', now, true)).toBe('yesterday 06:21:09');
    expect(en.when('2026-11-01T04:00:00Z', 'Europe/Paris', now)).toBe('1 Nov 05:00');
    expect(en.when('2025-11-01T04:00:00Z', 'Europe/Paris', now)).toBe('1 Nov 2025 05:00');
  });

  test('midnight is 00:00, and belongs to the day that begins', () => {
    expect(en.clock('2026-11-21T23:00:00Z', 'Europe/Paris')).toBe('00:00');
    expect(dateIn('2026-11-21T23:00:00Z', 'Europe/Paris')).toBe('20261122');
  });

  test('an age counts from now, and is never negative', () => {
    expect(plain(en.ago('2026-11-22T09:59:56Z', now))).toBe('4.0 s ago');
    expect(plain(fr.ago('2026-11-22T10:00:09Z', now))).toBe('il y a 0,0 s');
  });
});

test('dates of another year name it', () => {
  expect(en.date('20261118', '20261122')).toBe('18 November');
  expect(fr.date('20251118', '20261122')).toBe('18 novembre 2025');
});

test('the language is the one chosen here, else the browser’s first that we speak, else English', () => {
  expect(firstLanguage('fr', ['en-GB'])).toBe('fr');
  expect(firstLanguage(null, ['de-AT', 'fr-CA', 'en'])).toBe('fr');
  expect(firstLanguage('xx', ['ja'])).toBe('en');
});
