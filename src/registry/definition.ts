/** Finds the definition a file exports. */
import { isFields, type Fields } from './fields.js';
import { shown, type Note } from './problems.js';

const MAKERS = { project: 'defineProject', task: 'defineTask', chain: 'defineChain', retryable: 'createRetryable' } as const;

export type DefinitionKind = keyof typeof MAKERS;

/** What was given to `defineTask` and the like, or null with a note that says what the file exports instead. */
export function definitionIn(note: Note, exports: Record<string, unknown>, kind: DefinitionKind): Fields | null {
  const ending = `The file ends in: export default ${MAKERS[kind]}({ … })`;
  const made = exports.default;
  if (made === undefined) {
    const names = Object.keys(exports);
    note(
      'default export',
      undefined,
      `there is none; the file exports ${names.length > 0 ? names.join(', ') : 'nothing'}. ${ending}`,
    );
    return null;
  }
  const madeKind = isFields(made) ? made.kind : undefined;
  if (madeKind !== kind || !isFields(made)) {
    const other = typeof madeKind === 'string' && madeKind in MAKERS ? `is a ${madeKind}` : `was not made by ${MAKERS[kind]}`;
    note('default export', made, `it ${other}. ${ending}`);
    return null;
  }
  if (isFields(made.definition)) return made.definition;
  note('default export', made.definition, `${MAKERS[kind]} takes an object { … }; ${shown(made.definition)} came.`);
  return null;
}
