/** A chain as plain data, without a project around it: what a chain file of `daychain plan` holds, and outcomes of its tasks. */
import { idProblem } from '../plan/ids.js';
import { OUTCOME_WORDS, type OutcomeWord } from '../plan/outlook.js';
import { readChain, type Placement } from './chains.js';
import { at, isFields, readChoice } from './fields.js';
import { nearest, problemText, shown, type Note, type Problem } from './problems.js';

/** Tasks in the author's order, by id. */
export type Placements = ReadonlyMap<string, Placement>;

/** Problems told of one chain; a tangled one may have thousands. */
const MOST_TOLD = 20;

/**
 * Reads what a chain's file would hold. Its tasks are the keys of `tasks`: there are no files to look for.
 * @param path where the chain stands in what is read: empty, or `chain`
 * @throws RangeError that names everything wrong, as `daychain check` would
 */
export function readChainData(value: unknown, path = ''): Placements {
  const { note, finish } = collect();
  if (!isFields(value)) {
    note(path === '' ? 'the chain' : path, value, `${shown(value)} stands where an object belongs, like { "tasks": { … } }.`);
    return finish(new Map());
  }
  const named = isFields(value.tasks) ? Object.keys(value.tasks).filter((id) => idProblem(id) === null) : [];
  const below: Note = (field, ...rest) => note(field === '' ? path : at(path, field), ...rest);
  return finish(readChain(below, value, 'UTC', new Set(named)).placements);
}

/**
 * Reads outcomes of a chain's tasks: `{ "task_a": "success" }`.
 * @param path where they stand in what is read
 * @throws RangeError that names every unknown task and word
 */
export function readOutcomes(value: unknown, tasks: Placements, path: string): Map<string, OutcomeWord> {
  const { note, finish } = collect();
  const outcomes = new Map<string, OutcomeWord>();
  if (!isFields(value)) {
    note(path, value, `${shown(value)} stands where an object belongs, like { "task_a": "success" }.`);
    return finish(outcomes);
  }
  for (const [id, given] of Object.entries(value)) {
    const field = at(path, id);
    if (!tasks.has(id)) note(field, id, `"${id}" is no task of this chain.`, nearest(id, tasks.keys()));
    const word = readChoice(note, field, given, OUTCOME_WORDS);
    if (word !== undefined) outcomes.set(id, word);
  }
  return finish(outcomes);
}

function collect(): { note: Note; finish: <T>(read: T) => T } {
  const problems: Problem[] = [];
  return {
    note: (field, value, message, suggestion) =>
      void problems.push({ file: '', field, value, message, ...(suggestion && { suggestion }) }),
    finish: (read) => {
      if (problems.length === 0) return read;
      const lines = problems.slice(0, MOST_TOLD).map(lineOf);
      if (problems.length > MOST_TOLD) lines.push(`… and ${problems.length - MOST_TOLD} more problems.`);
      throw new RangeError(lines.join('\n'));
    },
  };
}

/** Field, value and message; the value only where the message does not tell it. */
function lineOf(problem: Problem): string {
  const { field, value } = problem;
  const text = problemText(problem);
  const told = value === undefined || typeof value === 'object' || words(value).some((word) => text.includes(word));
  return `${field}${told ? '' : ` ${shown(value)}`}: ${text}`;
}

/** How a message may write a value. */
function words(value: unknown): string[] {
  if (typeof value === 'number') return [String(value), value.toLocaleString('en')];
  return [typeof value === 'string' ? value : shown(value)];
}
