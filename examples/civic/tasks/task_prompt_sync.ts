import { join } from 'node:path';
import { defineTask } from 'daychain';
import { dayFolder, inProject, outFolder, writeWhole } from '../lib/files.js';
import { localLibrary, opikLibrary } from '../lib/prompts/library.js';
import { readPrompts } from '../lib/prompts/prompts.js';
import { syncPrompt, type SyncAction } from '../lib/prompts/sync.js';

export default defineTask({
  summary: 'Make the project’s prompts and their library alike',
  tags: ['prompts'],
  // Of days that were missed only the last has anything to do.
  schedule: { daily: '00:00' },
  catchUp: 'latest',
  async run(ctx) {
    const { OPIK_API_KEY: key, OPIK_URL: api, OPIK_WORKSPACE: workspace } = ctx.settings;
    const folder = join(outFolder(ctx), 'prompts');
    const library =
      key === null
        ? localLibrary(join(folder, 'library'))
        : opikLibrary({ http: await ctx.clients.http(), api, key, workspace, signal: ctx.signal });
    const prompts = await readPrompts(inProject('data', 'prompts'));
    if (prompts.length === 0) return ctx.noWork('no_prompts');

    const done = await ctx.forEach(prompts, { key: ({ name }) => name }, async (prompt) => {
      const { action, commit } = await syncPrompt(prompt, library, folder);
      if (action === 'conflict') ctx.warn(`${prompt.name} was edited here and in the library: join them by hand`);
      const { name, kind } = prompt;
      await writeWhole(join(dayFolder(ctx), 'prompts', `${name}.json`), { name, kind, action, commit });
      return action;
    });
    const count = (action: SyncAction) => done.count(action);
    return {
      prompts: prompts.length,
      pushed: count('pushed'),
      pulled: count('pulled'),
      unchanged: count('unchanged'),
      conflicts: count('conflict'),
      library: key === null ? 'files' : 'opik',
    };
  },
});
