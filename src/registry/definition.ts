/** Finds the definition a file exports. */
import { isFields, type Fields } from './fields.js';
import { shown, type Note } from './problems.js';

const MAKERS = { project: 'defineProject', task: 'defineTask', chain: 'defineChain', retryable: 'createRetryable' } as const;

const FOLDERS = { project: null, task: 'tasks/', chain: 'chains/', retryable: 'retryables/' } as const;

export type DefinitionKind = keyof typeof MAKERS;

/** What was given to `defineTask` and the like, or null with a note that says what the file exports instead. */
export function definitionIn(note: Note, exports: Record<string, unknown>, kind: DefinitionKind): Fields | null {
  const ending = `The file ends in: export default ${MAKERS[kind]}({ … })`;
  const made = exports.default;
  if (made === undefined) {
    const names = Object.keys(exports);
    const named = names.filter((name) => kindOf(exports[name]) === kind);
    const what = names.length > 0 ? names.join(', ') : 'nothing';
    if (named.length === 1)
      note('default export', undefined, `there is none; ${named[0]} is a ${kind}, but has a name. ${ending}`);
    else note('default export', undefined, `there is none; the file exports ${what}. ${ending}`);
    return null;
  }
  const more = Object.keys(exports).filter((name) => exports[name] !== made && kindOf(exports[name]) === kind);
  for (const name of more)
    note(name, undefined, `is a second ${kind} in the file; a file is one ${kind}. Give it a file of its own.`);
  const madeKind = kindOf(made);
  if (madeKind !== kind || !isFields(made)) {
    note('default export', made, `${whatItIs(made, madeKind, kind)} ${ending}`);
    return null;
  }
  if (isFields(made.definition)) return made.definition;
  note('default export', made.definition, `${MAKERS[kind]} takes an object { … }; ${shown(made.definition)} came.`);
  return null;
}

function kindOf(value: unknown): DefinitionKind | null {
  const kind = isFields(value) ? value.kind : undefined;
  return typeof kind === 'string' && kind in MAKERS ? (kind as DefinitionKind) : null;
}

function whatItIs(made: unknown, madeKind: DefinitionKind | null, kind: DefinitionKind): string {
  if (madeKind !== null) {
    const place = FOLDERS[madeKind];
    return `it is a ${madeKind}${place === null ? '' : `, which belongs into ${place}`}.`;
  }
  if (typeof made === 'function' && kind === 'task') return 'it is a function: write defineTask({ run: … }) around it.';
  return `it was not made by ${MAKERS[kind]}.`;
}
