/** Where prompts are kept by version: Opik, or files below `out/` that stand for it. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'daychain';
import { HttpError, type Http } from 'daychain/kit';
import { readJson, writeWhole } from '../files.js';

export interface Version {
  /** Names the version. */
  commit: string;
  text: string;
}

export interface PromptLibrary {
  /** The newest version; null if it has none. */
  latest(name: string): Promise<Version | null>;
  /** Adds a version. */
  push(name: string, text: string): Promise<Version>;
}

/** One file per prompt, its versions in order. */
export function localLibrary(folder: string): PromptLibrary {
  const file = (name: string) => join(folder, `${name}.json`);
  const versions = async (name: string) => (await readJson<Version[]>(file(name))) ?? [];
  return {
    latest: async (name) => (await versions(name)).at(-1) ?? null,
    async push(name, text) {
      const earlier = await versions(name);
      const commit = createHash('sha256').update(`${earlier.length} ${text}`).digest('hex').slice(0, 8);
      await writeWhole(file(name), [...earlier, { commit, text }]);
      return { commit, text };
    },
  };
}

export interface OpikOptions {
  http: Http;
  api: string;
  key: string;
  workspace: string;
  signal: AbortSignal;
}

const version = z.object({ commit: z.string().min(1), template: z.string().min(1) });

/** Opik's prompt library, by its REST API. A prompt is created with its first version. */
export function opikLibrary({ http, api, key, workspace, signal }: OpikOptions): PromptLibrary {
  const versions = `${api.replace(/\/$/, '')}/v1/private/prompts/versions`;
  const headers = { authorization: key, 'comet-workspace': workspace };
  const read = (response: { json(schema: typeof version): z.output<typeof version> }): Version => {
    const { commit, template } = response.json(version);
    return { commit, text: template };
  };
  return {
    async latest(name) {
      try {
        return read(await http.post(`${versions}/retrieve`, { name }, { headers, signal }));
      } catch (error) {
        if (error instanceof HttpError && error.status === 404) return null;
        throw error;
      }
    },
    async push(name, text) {
      const body = { name, version: { template: text, type: 'mustache', change_description: 'from the project’s files' } };
      return read(await http.post(versions, body, { headers, signal }));
    },
  };
}
