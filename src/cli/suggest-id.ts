/** The likely typo behind a refusal that does not name one itself. */
import { BadInput } from '../control/errors.js';
import { findFiles } from '../registry/files.js';
import { nearest } from '../registry/problems.js';
import { findProjectDir } from '../session/project-dir.js';

/**
 * Adds to what was refused as unknown which id of the project was likely meant: a run may be asked for whose task has no file any
 * more, so only the server can say that there is none, and it knows nothing of typos.
 * @param words what was typed as arguments
 */
export async function withSuggestion(error: unknown, words: readonly string[], project: string | undefined): Promise<unknown> {
  if (!(error instanceof BadInput) || error.message.includes('Did you mean')) return error;
  const named = words.map((word) => word.split(':')[0]!).filter((word) => error.message.includes(word));
  const ids = await idsOf(project);
  for (const word of named) {
    if (ids.includes(word)) continue;
    const near = nearest(word, ids);
    if (near === null) continue;
    const [first, ...rest] = error.message.split('\n');
    error.message = [`${first} Did you mean ${near}?`, ...rest].join('\n');
    break;
  }
  return error;
}

/** ` Did you mean task_mail?`, or nothing where the id is one of the project's, or like none. */
export async function suggestionFor(id: string, project: string | undefined): Promise<string> {
  const ids = await idsOf(project);
  const near = ids.includes(id) ? null : nearest(id, ids);
  return near === null ? '' : ` Did you mean ${near}?`;
}

async function idsOf(project: string | undefined): Promise<string[]> {
  try {
    const { tasks, chains } = await findFiles(findProjectDir(project, process.cwd()));
    return [...chains, ...tasks].map(({ id }) => id);
  } catch {
    return [];
  }
}
