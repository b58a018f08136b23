import { join } from 'node:path';
import { defineTask, PermanentError, TaskError, z } from 'daychain';
import { chunksOf } from '../lib/documents/chunks.js';
import { contributionsOf } from '../lib/documents/contributions.js';
import { isOpen, isTooShort, nextOpen, readDocuments, readProgress, storeProgress } from '../lib/documents/progress.js';
import type { Done, Tried } from '../lib/documents/progress.js';
import { themesByModel, themesByRules, uniqueThemes, type Theme } from '../lib/documents/themes.js';
import { inProject, outFolder, readJson, readText, writeWhole } from '../lib/files.js';

export default defineTask({
  summary: 'Make contributions from the next of the town’s documents',
  tags: ['documents'],
  schedule: { cron: '20 */2 * * *' },
  startWithin: '30 minutes',
  params: z.object({
    /** This document, done or not, instead of the next one that is open. */
    forceDoc: z.string().min(1).optional(),
  }),
  async run(ctx) {
    const folder = join(outFolder(ctx), 'documents');
    const documents = await readDocuments(inProject('data', 'documents'));
    const progress = await readProgress(folder);
    const keep = (name: string, known: Done | Tried) =>
      storeProgress(folder, Object.assign(progress, { [name]: known }), documents);
    const by = { date: ctx.date, task_id: ctx.taskId };
    const nothing = { ...by, chunks: 0, themes: 0, contributions: 0 };
    for (const document of documents.filter((one) => isTooShort(one) && isOpen(one, progress))) {
      await keep(document.name, { sha256: document.sha256, state: 'too_short', ...nothing });
    }
    if (documents.length === 0) return ctx.noWork('no_docs_found');
    const { forceDoc } = ctx.params;
    // Taken up by an earlier attempt of this run, or done by one that did not live to say so: the next one is not this run's.
    const mine = documents.find(({ name }) => progress[name]?.task_id === ctx.taskId && progress[name].state !== 'too_short');
    const forced = documents.find(({ name }) => name === forceDoc);
    const next = mine ?? (forceDoc === undefined ? nextOpen(documents, progress) : forced);
    if (next === undefined && forceDoc !== undefined) {
      throw new PermanentError(`there is no document ${forceDoc}; there are ${documents.map(({ name }) => name).join(', ')}`);
    }
    if (next === undefined) return ctx.noWork('all_docs_processed');
    const { sha256 } = next;
    // Not one that is done and forced: if this run fails, it is as done as before.
    if (isOpen(next, progress)) {
      await keep(next.name, { sha256, state: 'tried', ...by, tried_for: ctx.scheduledFor.toISOString() });
    }

    const models = await ctx.clients.llm();
    const prompt = (await readText(inProject('data', 'prompts', 'themes-documents.md'))) ?? '';
    const chunks = chunksOf(next.text).map((text, at) => ({
      text,
      file: join(folder, 'themes', `${sha256.slice(0, 12)}-${at + 1}.json`),
    }));
    // A chunk's themes are kept as soon as they are known: a later attempt does not pay for them again.
    await ctx.forEach(chunks, { key: ({ file }) => file }, async ({ text, file }) => {
      const themes = models.providers.length > 0 ? await themesByModel(models, ctx, prompt, text) : themesByRules(text);
      await writeWhole(file, themes);
    });
    const found: Theme[] = [];
    for (const { file } of chunks) {
      const themes = await readJson<Theme[]>(file);
      // Half a document is none: it stays open, and the next attempt takes the chunks that are missing.
      if (themes === null) throw new TaskError(`${next.name} has chunks without themes: it is not done`);
      found.push(...themes);
    }
    const themes = uniqueThemes(found);
    if (themes.length === 0) ctx.warn(`no theme was found in ${next.name}`);
    const contributions = contributionsOf(next.name, themes, ctx.scheduledFor.toISOString());
    const file = join(folder, 'contributions', `${next.name.replace(/\.\w+$/, '')}.json`);
    await writeWhole(file, contributions);
    const counts = { chunks: chunks.length, themes: themes.length, contributions: contributions.length };
    await keep(next.name, { sha256, state: 'done', ...by, ...counts });
    const left = documents.filter((one) => isOpen(one, progress)).length;
    return { document: next.name, ...counts, documents_left: left, all_complete: left === 0, file };
  },
});
