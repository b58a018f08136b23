import { describe, expect, test } from 'vitest';
import { checkAgainstCharter } from '../../../examples/civic/lib/charter/charter.js';
import { contradictions } from '../../../examples/civic/lib/charter/facts.js';
import { readFigure } from '../../../examples/civic/lib/charter/figures.js';
import { contributionSchema, readContributions } from '../../../examples/civic/lib/contributions.js';
import { inProject } from '../../../examples/civic/lib/files.js';
import { fold } from '../../../examples/civic/lib/words.js';
import { UNSEEN } from './unseen-contributions.js';

const sample = (await readContributions(inProject('data', 'contributions'))).map(({ record }) =>
  contributionSchema.parse(record),
);
const verdictOf = (text: string) => checkAgainstCharter({ constat_factuel: text, idees_ameliorations: '' });

describe('how far the rules agree with people', () => {
  test('on the bundled sample at least 90 % of the verdicts are the expected ones, and no valid text is flagged', () => {
    const judged = sample.filter(({ expected_valid }) => expected_valid !== null);
    const wrong = judged.filter((one) => checkAgainstCharter(one).is_valid !== one.expected_valid);
    expect(1 - wrong.length / judged.length).toBeGreaterThanOrEqual(0.9);
    expect(wrong.filter(({ expected_valid }) => expected_valid).map(({ id }) => id)).toEqual([]);
  });

  test('on texts the word lists were not written with at least 75 %', () => {
    const wrong = UNSEEN.filter(({ text, violation }) => verdictOf(text).is_valid !== (violation === null));
    console.info(`unseen texts judged otherwise than expected: ${wrong.length} of ${UNSEEN.length}`);
    expect(1 - wrong.length / UNSEEN.length, wrong.map(({ text }) => text).join('\n')).toBeGreaterThanOrEqual(0.75);
  });

  test('each flagged text of the sample names at least one of the violations put into it', () => {
    for (const one of sample) {
      const { is_valid, violations } = checkAgainstCharter(one);
      if (!is_valid)
        expect(
          violations.some((violation) => one.violations_injected?.includes(violation)),
          one.id,
        ).toBe(true);
    }
  });

  test('the theme suggested for valid texts is mostly the one their author chose', () => {
    const chosen = sample.filter((one) => one.category !== null && one.expected_valid === true);
    const right = chosen.filter((one) => checkAgainstCharter(one).suggested_category === one.category);
    expect(right.length / chosen.length).toBeGreaterThanOrEqual(0.8);
  });
});

describe('a verdict', () => {
  test('does not depend on case or accents', () => {
    const text = 'Notre élu est un MENTEUR éhonté, la mairie le protège.';
    expect(verdictOf(text)).toEqual(verdictOf(fold(text)));
  });

  test('names the words that decided', () => {
    const { violations, reasoning, is_valid } = verdictOf('Cette mairie est tenue par des escrocs, des magouilleurs.');
    expect({ violations, is_valid }).toEqual({ violations: ['personal_attack'], is_valid: false });
    expect(reasoning).toContain('« escrocs »');
  });

  test('lets a hard word about nobody pass, and a price in a proposal', () => {
    expect(verdictOf('Des voleurs ont emporté les bancs de la place, il faudrait une caméra.').is_valid).toBe(true);
    expect(verdictOf('Un banc coûte 350 € au catalogue, la commune en achèterait quatre.').is_valid).toBe(true);
  });

  test('takes a link to the town’s own site for no advertisement', () => {
    expect(
      verdictOf('Le plan du sentier sur https://www.lanverec.example/environnement/ est périmé, voir aussi www.data.gouv.fr.')
        .is_valid,
    ).toBe(true);
  });

  test('tells the encouraged aspects apart', () => {
    expect(verdictOf('Pourquoi ne pas planter une haie le long du stade ?').encouraged_aspects).toEqual([
      'concrete_proposal',
      'question',
    ]);
    expect(verdictOf('Je travaille au port depuis vingt ans, la cale est dangereuse.').encouraged_aspects).toContain(
      'experience',
    );
  });

  test('has a confidence above 0, which by tradition means unchecked, and at most 1', () => {
    for (const { text } of UNSEEN) {
      const { confidence } = verdictOf(text);
      expect(confidence).toBeGreaterThan(0);
      expect(confidence).toBeLessThanOrEqual(1);
    }
  });

  test('is refused to an empty text instead of approving it', () => {
    expect(() => checkAgainstCharter({ constat_factuel: ' ', idees_ameliorations: '…' })).toThrow('too few to judge');
  });
});

describe('known facts', () => {
  test('contradict a wrong figure in digits or words, and let a rounded one pass', () => {
    expect(contradictions('la commune compte a peine neuf cents habitants')).toEqual(['la commune compte 3 412 habitants']);
    expect(contradictions('la commune compte 15 000 habitants')).toHaveLength(1);
    expect(contradictions('la commune compte environ 3 500 habitants')).toEqual([]);
    expect(contradictions('la commune compte trois mille quatre cents habitants')).toEqual([]);
    expect(contradictions('la commune compte de nombreux habitants')).toEqual([]);
  });

  test.each([
    ['15 000', 15_000],
    ['dix sept', 17],
    ['quatre vingt douze', 92],
    ['cent vingt', 120],
    ['deux cent quatre vingts', 280],
    ['mille neuf cents', 1_900],
    ['vingt et un mille', 21_000],
    ['beaucoup', null],
  ])('read the figure %s as %s', (text, figure) => {
    expect(readFigure(text)).toBe(figure);
  });
});
