/** Choosing chains and scheduled tasks by name, by pattern and by tag. */
import { nearest } from '../registry/index.js';
import { BadInput } from './errors.js';

/** What is asked for; what matches any name is meant, but only if it has one of the tags, where tags are named. */
export interface Choice {
  /** Ids, or patterns with `*` for any letters. Empty: all. */
  names: readonly string[];
  tags: readonly string[];
}

export interface Chosen {
  id: string;
  tags: readonly string[];
}

export function chooses(choice: Choice | undefined, { id, tags }: Chosen): boolean {
  if (choice === undefined) return true;
  const named = choice.names.length === 0 || choice.names.some((name) => patternOf(name).test(id));
  return named && (choice.tags.length === 0 || choice.tags.some((tag) => tags.includes(tag)));
}

/**
 * Those of `known` that are chosen, in their order.
 * @param what the word for one of them: `chain`
 * @throws BadInput for a name, pattern or tag that nothing has
 */
export function chosenOf<T extends Chosen>(choice: Choice, known: readonly T[], what: string): T[] {
  const ids = known.map(({ id }) => id);
  for (const name of choice.names) {
    if (ids.some((id) => patternOf(name).test(id))) continue;
    const near = nearest(name, ids);
    const text = name.includes('*') ? `No ${what} matches "${name}".` : `There is no ${what} "${name}".`;
    throw new BadInput(`${text}${near === null ? '' : ` Did you mean ${near}?`}\n${haveText(ids, what)}`);
  }
  const tags = [...new Set(known.flatMap((one) => one.tags))];
  for (const tag of choice.tags) {
    if (tags.includes(tag)) continue;
    const near = nearest(tag, tags);
    const have = tags.length === 0 ? 'None has a tag.' : `There are ${tags.join(', ')}.`;
    throw new BadInput(`No ${what} has the tag "${tag}".${near === null ? '' : ` Did you mean ${near}?`}\n${have}`);
  }
  return known.filter((one) => chooses(choice, one));
}

const MOST_NAMED = 12;

function haveText(ids: readonly string[], what: string): string {
  if (ids.length === 0) return `There is no ${what} at all: daychain list`;
  const more = ids.length > MOST_NAMED ? ` and ${ids.length - MOST_NAMED} more` : '';
  return `There ${ids.length === 1 ? 'is' : 'are'} ${ids.slice(0, MOST_NAMED).join(', ')}${more}.`;
}

/** A name in which `*` stands for any letters, as what it matches whole. */
export function patternOf(name: string): RegExp {
  const parts = name.split('*').map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`));
  return new RegExp(`^${parts.join('.*')}$`);
}
