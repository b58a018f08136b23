/** What experiments are about (O-55). `rag_chat` and `rag_compare` of the original are left out: nothing here chats. */
import { PermanentError } from 'daychain';
import { closest } from '../words.js';

export interface Feature {
  agent: string;
  /** Name of the traces. */
  feature: string;
  prompt: string;
  dataset_prefix: string;
  description: string;
}

export const FEATURES: Readonly<Record<string, Feature>> = {
  charter_optimization: {
    agent: 'forseti',
    feature: 'charter_validation',
    prompt: 'forseti-charter',
    dataset_prefix: 'charter',
    description: 'Verdicts by the participation charter that were wrong, or unsure',
  },
  category_optimization: {
    agent: 'forseti',
    feature: 'category_classification',
    prompt: 'forseti-category',
    dataset_prefix: 'category',
    description: 'Themes that were given to contributions',
  },
};

/** @throws PermanentError `unknown_experiment_type` with the types there are (O-14) */
export function featureOf(type: string): Feature {
  const feature = FEATURES[type];
  if (feature !== undefined) return feature;
  const names = Object.keys(FEATURES);
  throw new PermanentError(
    `unknown_experiment_type: ${type} is none of ${names.join(', ')}; did you mean ${closest(type, names)}?`,
  );
}
