/** The project's prompts as files: single ones, and composites that are put together from them. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { PermanentError, z } from 'daychain';
import { readJson, readText, shownPath } from '../files.js';

export interface Prompt {
  name: string;
  kind: 'single' | 'composite';
  text: string;
}

const composites = z.array(z.object({ name: z.string().regex(/^[a-z0-9-]+$/), parts: z.array(z.string()).min(1) }));

/** Single prompts first. @throws PermanentError for a composite that names a part there is not */
export async function readPrompts(folder: string): Promise<Prompt[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.md')).sort();
  const singles: Prompt[] = [];
  for (const name of names) {
    const text = ((await readText(join(folder, name))) ?? '').trim();
    singles.push({ name: name.slice(0, -'.md'.length), kind: 'single', text });
  }
  const file = join(folder, 'composites.json');
  const parsed = composites.safeParse((await readJson(file)) ?? []);
  if (!parsed.success) throw new PermanentError(`${shownPath(file)}: ${z.prettifyError(parsed.error)}`);
  return [...singles, ...parsed.data.map(({ name, parts }) => composite(name, parts, singles, file))];
}

function composite(name: string, parts: readonly string[], singles: readonly Prompt[], file: string): Prompt {
  const texts = parts.map((part) => {
    const found = singles.find((single) => single.name === part);
    if (found) return found.text;
    throw new PermanentError(`${shownPath(file)}: ${name} names the part ${part}, and there is no ${part}.md`);
  });
  return { name, kind: 'composite', text: texts.join('\n\n') };
}
