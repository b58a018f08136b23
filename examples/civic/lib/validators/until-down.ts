import type { Validator } from './validator.js';

/** Failures one after another, after which nobody is asked any more in this attempt. */
const ENOUGH = 3;

/** Nobody was asked, since those before had no answer: the text still waits. */
export class NotAsked extends Error {
  override name = 'NotAsked';
}

/**
 * Stops asking once several texts in a row had no answer: a provider that is down is not waited for a hundred times over.
 * What is not asked stays pending.
 */
export function untilDown(validator: Validator): Validator {
  let failures = 0;
  let last = '';
  return {
    async validate(contribution, signal) {
      if (failures >= ENOUGH)
        throw new NotAsked(`not asked, since ${ENOUGH} texts in a row had no verdict; the last one: ${last}`);
      try {
        const judgement = await validator.validate(contribution, signal);
        failures = 0;
        return judgement;
      } catch (error) {
        failures++;
        last = (error as Error).message;
        throw error;
      }
    },
  };
}
