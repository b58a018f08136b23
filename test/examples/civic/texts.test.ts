import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as cheerio from 'cheerio';
import { distance } from 'fastest-levenshtein';
import { describe, expect, test } from 'vitest';
import {
  CATEGORIES,
  contributionSchema,
  readContributions,
  type Contribution,
} from '../../../examples/civic/lib/contributions.js';
import { inProject } from '../../../examples/civic/lib/files.js';
import { words } from '../../../examples/civic/lib/words.js';

const SITE = inProject('data', 'site');
const pages = readdirSync(SITE, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.html'));
const contributions: Contribution[] = (await readContributions(inProject('data', 'contributions'))).map(({ record }) =>
  contributionSchema.parse(record),
);

describe('the bundled texts', () => {
  test('are at least twelve French pages and thirty contributions', () => {
    expect(pages.length).toBeGreaterThanOrEqual(12);
    for (const page of pages) expect(html(page)('html').attr('lang')).toBe('fr');
    expect(contributions.length).toBeGreaterThanOrEqual(30);
  });

  test('share no sequence of eight words, page with page, contribution with contribution or one with the other', () => {
    const texts = new Map<string, string>();
    for (const page of pages) texts.set(page, html(page)('main').text());
    for (const { id, body } of contributions) texts.set(id, body);
    expect(sharedSequences(texts, 8)).toEqual([]);
  });

  test('have a navigation shorter than eight words', () => {
    for (const page of pages) {
      const $ = html(page);
      for (const part of ['header', 'nav', 'footer']) expect(words($(part).text()).length).toBeLessThan(8);
    }
  });

  test('the measure of shared sequences sees through case, accents and punctuation', () => {
    const texts = new Map([
      ['a', 'Un deux trois, quatre cinq six sept Été neuf'],
      ['b', 'zéro UN deux trois quatre cinq... six-sept ete'],
    ]);
    expect(sharedSequences(texts, 8)).toEqual(['a, b: un deux trois quatre cinq six sept ete']);
    expect(sharedSequences(texts, 9)).toEqual([]);
  });
});

describe('the contributions', () => {
  test('mix categories, valid ones, each kind of violation and ones people would disagree on', () => {
    for (const category of CATEGORIES)
      expect(contributions.filter((one) => one.category === category).length, category).toBeGreaterThan(1);
    const verdicts = contributions.map(({ expected_valid }) => expected_valid);
    expect(verdicts).toContain(null);
    expect(verdicts.filter((valid) => valid === true).length).toBeGreaterThan(15);
    expect(new Set(contributions.flatMap(({ violations_injected }) => violations_injected ?? [])).size).toBe(4);
    for (const one of contributions) expect(one.violations_injected !== null, one.id).toBe(one.expected_valid === false);
  });

  test('tell the truth about their parents: distance and similarity are those of the texts', () => {
    const byId = new Map(contributions.map((one) => [one.id, one]));
    expect(byId.size).toBe(contributions.length);
    for (const one of contributions) {
      const parent = byId.get(one.parent_id ?? '');
      if (one.parent_id === null || !parent) {
        expect([one.parent_id, one.distance_from_parent, one.similarity_to_parent]).toEqual([null, 0, 1]);
        continue;
      }
      const edits = distance(parent.body, one.body);
      expect(one.distance_from_parent, one.id).toBe(edits);
      expect(one.similarity_to_parent, one.id).toBeCloseTo(1 - edits / Math.max(parent.body.length, one.body.length), 3);
    }
  });

  test('have bodies of two headed sections and titles cut from the finding', () => {
    for (const one of contributions) {
      expect(one.body).toBe(
        `**Constat factuel**\n\n${one.constat_factuel}\n\n**Idées d'amélioration**\n\n${one.idees_ameliorations}`,
      );
      expect(one.constat_factuel.startsWith(one.title.replace(/\.\.\.$/, '')), one.id).toBe(true);
    }
  });
});

function html(page: string): cheerio.CheerioAPI {
  return cheerio.load(readFileSync(join(SITE, page), 'utf8'));
}

function sharedSequences(texts: Map<string, string>, length: number): string[] {
  const firstIn = new Map<string, string>();
  const shared = new Set<string>();
  for (const [name, text] of texts) {
    const tokens = words(text);
    for (let start = 0; start + length <= tokens.length; start++) {
      const sequence = tokens.slice(start, start + length).join(' ');
      const first = firstIn.get(sequence) ?? name;
      firstIn.set(sequence, first);
      if (first !== name) shared.add(`${first}, ${name}: ${sequence}`);
    }
  }
  return [...shared];
}
