/** Contributions made from a document's themes, as test data for the charter: one that keeps to it, and one that does not. */
import { createHash } from 'node:crypto';
import { VIOLATIONS, type Contribution, type Violation } from '../contributions.js';
import type { Theme } from './themes.js';

/** What is added to a fair text to break the charter in one way. */
const BREAKS: Record<Violation, string> = {
  personal_attack: 'Celui qui a écrit cela est un incapable et un menteur, qu’il dégage avec sa bande de parasites.',
  advertising:
    'Offre spéciale : moins trente pour cent sur toute notre gamme cette semaine, commandez sur notre boutique en ligne !',
  off_topic: 'D’ailleurs, quelqu’un connaît-il le code pour débloquer le dernier niveau de ce jeu de dragons sur console ?',
  false_information:
    'De toute façon la mairie a déjà vendu la plage à un émir, c’est prouvé, et l’eau du robinet est radioactive.',
};

/**
 * Two for each theme (O-62). Their ids come from the document, the category and the theme, so that the same document gives the same
 * ones again and nothing doubles (defect 6).
 */
export function contributionsOf(document: string, themes: readonly Theme[], submittedAt: string): Contribution[] {
  return themes.flatMap((theme, at) => {
    const violation = VIOLATIONS[at % VIOLATIONS.length]!;
    const fair = idea(theme);
    const valid = made(document, theme, { number: 1, idea: fair, violation: null, parent: null, submittedAt });
    const parent = { id: valid.id, idea: fair };
    return [valid, made(document, theme, { number: 2, idea: `${fair} ${BREAKS[violation]}`, violation, parent, submittedAt })];
  });
}

interface Made {
  number: 1 | 2;
  idea: string;
  violation: Violation | null;
  parent: { id: string; idea: string } | null;
  submittedAt: string;
}

function made(document: string, theme: Theme, { number, idea: text, violation, parent, submittedAt }: Made): Contribution {
  const { category, theme: name, evidence } = theme;
  const mark = createHash('sha256').update(`${document}|${category}|${name}`).digest('hex').slice(0, 10);
  const distance = parent === null ? 0 : text.length - parent.idea.length;
  return {
    id: `doc-${mark}-${number}`,
    category,
    constat_factuel: evidence,
    idees_ameliorations: text,
    title: evidence.length <= 60 ? evidence : `${evidence.slice(0, 57)}...`,
    body: `**Constat factuel**\n\n${evidence}\n\n**Idées d'amélioration**\n\n${text}`,
    source: 'document',
    parent_id: parent?.id ?? null,
    distance_from_parent: distance,
    similarity_to_parent: parent === null ? 1 : Math.round((1 - distance / text.length) * 100) / 100,
    expected_valid: violation === null,
    violations_injected: violation === null ? null : [violation],
    metadata: { mutation_type: violation === null ? null : 'subtle_violation', llm_generated: false, submitted_at: submittedAt },
  };
}

function idea({ theme }: Theme): string {
  return `Je propose que la commune mette ce sujet, « ${theme} », à l'ordre du jour d'une réunion publique, avec un calendrier et un coût affichés.`;
}
