/** What citizens might debate in a document: its themes, by rules or by a language model. */
import { z, type TaskContext } from 'daychain';
import { suggestTheme } from '../charter/topic.js';
import { readText as readFrench } from '../charter/reading.js';
import { CATEGORIES, type Category } from '../contributions.js';
import type { Models } from '../validators/model.js';
import { fold } from '../words.js';

export interface Theme {
  category: Category;
  theme: string;
  /** A sentence of the document that carries it. */
  evidence: string;
}

/** Themes of a chunk at most. That there are three at least (O-62) is a wish in the prompt: a short text has fewer, or none. */
const MOST_THEMES = 7;

/** Reads a chunk's sections: a heading is a theme, the first sentence with a figure carries it. Sections about nothing known are left out. */
export function themesByRules(chunk: string): Theme[] {
  const found: Theme[] = [];
  for (const section of chunk.split(/^(?=#{2,6} )/m)) {
    const heading = /^#{2,6} +(.+)$/m.exec(section)?.[1]?.trim();
    const text = section
      .replace(/^#+ .*$/gm, ' ')
      .replace(/\s+/g, ' ')
      .trim();
    if (heading === undefined || text === '') continue;
    const { name: category } = suggestTheme(readFrench(`${heading}. ${text}`));
    if (category !== null) found.push({ category, theme: heading, evidence: evidenceIn(text) });
  }
  return found.slice(0, MOST_THEMES);
}

const answer = z.strictObject({
  themes: z
    .array(
      z.strictObject({
        category: z.enum(CATEGORIES),
        theme: z.string().trim().min(3).max(120),
        evidence: z.string().trim().min(10).max(600),
      }),
    )
    .max(MOST_THEMES),
});

/** Asks the project's models. What they quote must stand in the chunk: a sentence they made up is no theme. */
export async function themesByModel(
  models: Models,
  ctx: Pick<TaskContext, 'log' | 'signal'>,
  prompt: string,
  chunk: string,
): Promise<Theme[]> {
  const { value } = await models.ask(ctx, {
    system: prompt,
    prompt: JSON.stringify({ extrait: chunk }),
    temperature: 0.3,
    maxTokens: 2_048,
    schema: answer,
  });
  const plain = (text: string) => fold(text).replace(/\s+/g, ' ');
  return value.themes.filter(({ evidence }) => plain(chunk).includes(plain(evidence)));
}

/** Each pair of category and theme once, the first of them. */
export function uniqueThemes(themes: readonly Theme[]): Theme[] {
  const key = ({ category, theme }: Theme) => `${category}|${fold(theme)}`;
  const first = new Map<string, Theme>();
  for (const theme of themes) if (!first.has(key(theme))) first.set(key(theme), theme);
  return [...first.values()];
}

function evidenceIn(text: string): string {
  const sentences = text.match(/[^.!?]+[.!?]+/g) ?? [text];
  return (sentences.find((sentence) => /\d/.test(sentence)) ?? sentences[0]).trim();
}
