/** The participation charter as offline rules: what a contribution must not be, and what it is encouraged to be. */
import { PermanentError } from 'daychain';
import type { Category, Contribution, EncouragedAspect, Violation } from '../contributions.js';
import { findAdvertising } from './advertising.js';
import { findAttack } from './attack.js';
import { findFalsehood } from './falsehood.js';
import { CRITICISM, EXPERIENCE, IMPROVEMENT, PROPOSAL } from './lexicon/encouraged.js';
import { find, type Found, type Mark } from './marks.js';
import { readText, type Reading } from './reading.js';
import { findOffTopic, suggestTheme } from './topic.js';

export interface Verdict {
  is_valid: boolean;
  violations: Violation[];
  encouraged_aspects: EncouragedAspect[];
  /** 0 to 1. Whether a text has been judged at all is told by its state, never by this (defect 11). */
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
  const reading = readText(`${contribution.constat_factuel}\n${contribution.idees_ameliorations}`);
  if (reading.tokens.length < 3) throw new PermanentError(`the text has ${reading.tokens.length} words: too few to judge`);

  const findings = judge(reading);
  const broken = findings.filter(({ weight }) => weight >= THRESHOLD);
  const aspects = encouragedAspects(reading);
  const theme = suggestTheme(reading);
  return {
    is_valid: broken.length === 0,
    violations: broken.map(({ violation }) => violation),
    encouraged_aspects: broken.length === 0 ? aspects : [],
    confidence: broken.length > 0 ? confidenceOfRefusal(broken) : confidenceOfApproval(findings, aspects),
    reasoning: broken.length > 0 ? broken.map(explain).join(' ') : approval(aspects),
    suggested_category: theme.name,
    category_confidence: round(theme.confidence),
  };
}

interface Finding extends Found {
  violation: Violation;
}

function judge(reading: Reading): Finding[] {
  const findings: Finding[] = [
    { violation: 'personal_attack', ...findAttack(reading) },
    { violation: 'advertising', ...findAdvertising(reading) },
    { violation: 'false_information', ...findFalsehood(reading) },
  ];
  const offTopic = findOffTopic(reading);
  // An insult or a sale needs no word about the town to be one; that is no second violation.
  const other = findings.some(({ weight }) => weight >= THRESHOLD);
  findings.push({ violation: 'off_topic', ...offTopic, weight: other ? offTopic.weight / 3 : offTopic.weight });
  return findings;
}

function encouragedAspects({ raw, text }: Reading): EncouragedAspect[] {
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
