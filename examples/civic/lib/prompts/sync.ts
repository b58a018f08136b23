/** One prompt's files and its library made alike (O-61): what was optimised there is pulled, what was edited here is pushed. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { readJson, writeWhole } from '../files.js';
import type { PromptLibrary, Version } from './library.js';
import type { Prompt } from './prompts.js';

/** `conflict`: edited on both sides since the last time. Neither is overwritten. */
export type SyncAction = 'pushed' | 'pulled' | 'unchanged' | 'conflict';

/** What both sides were when they were last alike. */
interface Synced {
  commit: string;
  sha256: string;
}

/**
 * Pure. What was edited on one side only: a composite is pulled, for the library is where those get optimised; a single prompt is pushed,
 * for its file is the truth. The library keeps the version it is pushed over.
 */
export function decideSync(prompt: Prompt, there: Version | null, last: Synced | null): SyncAction {
  if (there === null) return 'pushed';
  if (there.text === prompt.text) return 'unchanged';
  const changedThere = there.commit !== last?.commit;
  const changedHere = last !== null && last.sha256 !== sha256(prompt.text);
  if (!changedThere) return changedHere ? 'pushed' : 'unchanged';
  if (changedHere) return 'conflict';
  return prompt.kind === 'single' ? 'pushed' : 'pulled';
}

/** Does it. Repeated after a death in the middle it finds both sides alike and adds no version. */
export async function syncPrompt(
  prompt: Prompt,
  library: PromptLibrary,
  folder: string,
): Promise<{ action: SyncAction; commit: string }> {
  const state = join(folder, 'synced', `${prompt.name}.json`);
  const there = await library.latest(prompt.name);
  const action = decideSync(prompt, there, await readJson<Synced>(state));
  const version = action === 'pushed' ? await library.push(prompt.name, prompt.text) : there!;
  if (action === 'pulled') await writeWhole(join(folder, 'optimised', `${prompt.name}.md`), `${version.text}\n`);
  if (action !== 'conflict') await writeWhole(state, { commit: version.commit, sha256: sha256(prompt.text) } satisfies Synced);
  return { action, commit: version.commit };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
