import { checkAgainstCharter } from '../charter/charter.js';
import type { Validator } from './validator.js';

/** The charter as written rules: no network, the same verdict for the same text. */
export const rulesValidator: Validator = {
  validate: (contribution) =>
    Promise.resolve().then(() => ({ ...checkAgainstCharter(contribution), provider: 'rules', model: 'charter-2' })),
};
