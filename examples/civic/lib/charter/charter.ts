/** The participation charter as offline rules: what a contribution must not be, and what it is encouraged to be. */
import { CATEGORIES, type Category, type Contribution, type Violation } from '../contributions.js';
import { words } from '../words.js';
import { contradictions } from './facts.js';
import {
  ADVERTISING,
  ATTACK,
  CRITICISM,
  ELSEWHERE,
  EXPERIENCE,
  GROUPS,
  IMPROVEMENT,
  PERSONS,
  PROPOSAL,
  RUMOUR,
  THEMES,
  TOWN,
  type Mark,
} from './lexicon.js';

export type EncouragedAspect = 'concrete_proposal' | 'constructive_criticism' | 'question' | 'experience' | 'improvement';

export interface Verdict {
  is_valid: boolean;
  violations: Violation[];
  encouraged_aspects: EncouragedAspect[];
  /** 0 to 1, never 0: by tradition 0 means not yet checked. */
  confidence: number;
  /** In French, with the words that decided. */
  reasoning: string;
  /** Null where no theme's words occur. */
  suggested_category: Category | null;
  category_confidence: number;
}

/** Below this a rule keeps silent. */
const THRESHOLD = 1;

/** Checks a contribution. Throws if there is no text to judge: nothing is ever approved unread. */
export function checkAgainstCharter(contribution: Pick<Contribution, 'constat_factuel' | 'idees_ameliorations'>): Verdict {
  const raw = `${contribution.constat_factuel}\n${contribution.idees_ameliorations}`;
  const tokens = words(raw);
  if (tokens.length < 3) throw new Error(`the text has ${tokens.length} words: too few to judge`);

  const text = tokens.join(' ');
  const findings = [attack(text), advertising(raw, text), offTopic(tokens), falseInformation(text)];
  const broken = findings.filter(({ weight }) => weight >= THRESHOLD);
  const aspects = encouragedAspects(raw, text);
  const category = suggestCategory(tokens);
  return {
    is_valid: broken.length === 0,
    violations: broken.map(({ violation }) => violation),
    encouraged_aspects: broken.length === 0 ? aspects : [],
    confidence: broken.length > 0 ? confidenceOfRefusal(broken) : confidenceOfApproval(findings, aspects),
    reasoning: broken.length > 0 ? broken.map(explain).join(' ') : approval(aspects),
    suggested_category: category.name,
    category_confidence: category.confidence,
  };
}

interface Finding {
  violation: Violation;
  weight: number;
  evidence: string[];
}

function attack(text: string): Finding {
  const found = find(ATTACK, text);
  const groups = found.weight > 0 ? [...text.matchAll(GROUPS)].map(([group]) => group) : [];
  // A hard word about nobody is temper; about someone it is an attack.
  const aimed = found.weight > 0 && PERSONS.test(text) ? 0.25 : 0;
  return {
    violation: 'personal_attack',
    weight: found.weight + aimed + (groups.length > 0 ? 0.5 : 0),
    evidence: [...found.evidence, ...groups],
  };
}

const OWN_SITES = /(?:lanverec\.example|\.gouv\.fr|\.bzh|wikipedia\.org)/;

function advertising(raw: string, text: string): Finding {
  const found = find(ADVERTISING, text);
  const links = (raw.match(/\b(?:https?:\/\/|www\.)\S+/gi) ?? []).filter((link) => !OWN_SITES.test(link));
  const mails = (raw.match(/\S+@\S+\.\w+/g) ?? []).filter((mail) => !OWN_SITES.test(mail));
  const phones = raw.match(/(?<!\d)0[1-9](?:[ .-]?\d{2}){4}(?!\d)/g) ?? [];
  const percents = raw.match(/moins \d+ ?%/gi) ?? [];
  // A price is ordinary in a proposal, and telling only beside other marks of a sale.
  const prices = found.weight > 0 ? (raw.match(/\d[\d ,.]*\s?€/g) ?? []) : [];
  return {
    violation: 'advertising',
    weight: found.weight + 0.5 * (links.length + mails.length + phones.length + percents.length) + 0.3 * prices.length,
    evidence: [...found.evidence, ...links, ...mails, ...phones, ...percents, ...prices],
  };
}

function offTopic(tokens: string[]): Finding {
  const near = new Set(
    tokens.filter((word) => isAbout(word, TOWN) || CATEGORIES.some((category) => isAbout(word, THEMES[category]))),
  );
  const far = new Set(tokens.filter((word) => isAbout(word, ELSEWHERE)));
  const lost = near.size === 0 || (far.size >= 2 && far.size >= near.size);
  return {
    violation: 'off_topic',
    weight: lost ? 1 + 0.2 * far.size : far.size / 4 / Math.max(near.size, 1),
    evidence: [...far],
  };
}

function falseInformation(text: string): Finding {
  const found = find(RUMOUR, text);
  const wrong = contradictions(text);
  return { violation: 'false_information', weight: found.weight + wrong.length, evidence: [...found.evidence, ...wrong] };
}

function encouragedAspects(raw: string, text: string): EncouragedAspect[] {
  const has = (marks: Mark[]) => find(marks, text).weight > 0;
  const proposes = has(PROPOSAL);
  const aspects: Record<EncouragedAspect, boolean> = {
    concrete_proposal: proposes,
    constructive_criticism: has(CRITICISM) && (proposes || has(IMPROVEMENT)),
    question: raw.includes('?'),
    experience: has(EXPERIENCE),
    improvement: has(IMPROVEMENT),
  };
  return (Object.keys(aspects) as EncouragedAspect[]).filter((aspect) => aspects[aspect]);
}

function suggestCategory(tokens: string[]): { name: Category | null; confidence: number } {
  const scores = CATEGORIES.map((name) => ({ name, score: tokens.filter((word) => isAbout(word, THEMES[name])).length }));
  const [best, second] = scores.sort((a, b) => b.score - a.score);
  if (!best || best.score === 0) return { name: null, confidence: 0 };
  // Half for being there at all, the rest by how far the runner-up is behind.
  return { name: best.name, confidence: round(0.5 + (0.45 * (best.score - (second?.score ?? 0))) / best.score) };
}

function find(marks: Mark[], text: string): { weight: number; evidence: string[] } {
  const evidence: string[] = [];
  let weight = 0;
  for (const mark of marks) {
    const hits = new Set([...text.matchAll(mark.pattern)].map(([hit]) => hit));
    weight += mark.weight * hits.size;
    evidence.push(...hits);
  }
  return { weight, evidence };
}

/** Whether a word begins as one of the stems. Stems of three letters and less must be the word, save for a plural. */
function isAbout(word: string, stems: string[]): boolean {
  return stems.some((stem) =>
    stem.length > 4 ? word.startsWith(stem) : word === stem || word === `${stem}s` || word === `${stem}x`,
  );
}

const NAMES: Record<Violation, string> = {
  personal_attack: 'Attaque personnelle ou discrimination',
  advertising: 'Publicité ou démarchage',
  off_topic: 'Sans rapport avec la commune',
  false_information: 'Information fausse ou rumeur',
};

function explain({ violation, evidence }: Finding): string {
  const shown = [...new Set(evidence)].slice(0, 5);
  return `${NAMES[violation]}${shown.length > 0 ? ` : « ${shown.join(' », « ')} »` : ''}.`;
}

function approval(aspects: EncouragedAspect[]): string {
  return aspects.length > 0
    ? 'Aucune infraction relevée.'
    : 'Aucune infraction relevée, mais aucun des apports encouragés non plus.';
}

function confidenceOfRefusal(broken: Finding[]): number {
  const strongest = Math.max(...broken.map(({ weight }) => weight));
  return round(Math.min(0.95, 0.65 + 0.15 * (strongest - THRESHOLD)));
}

function confidenceOfApproval(findings: Finding[], aspects: EncouragedAspect[]): number {
  const doubt = Math.max(...findings.map(({ weight }) => weight));
  return round(Math.max(0.5, Math.min(0.95, 0.65 + 0.1 * aspects.length - 0.25 * doubt)));
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
