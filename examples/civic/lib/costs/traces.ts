/** Calls of language models as they were recorded: files of JSON lines, or Opik's traces. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { PermanentError, z } from 'daychain';
import type { Http } from 'daychain/kit';
import { readText, shownPath } from '../files.js';

const trace = z.object({
  id: z.string().min(1),
  start_time: z.iso.datetime({ offset: true }),
  provider: z.string().nullish(),
  model: z.string().nullish(),
  input_tokens: z.number().min(0).nullish(),
  output_tokens: z.number().min(0).nullish(),
  /** In dollars. */
  total_estimated_cost: z.number().min(0).nullish(),
});
export type Trace = z.output<typeof trace>;

/** All `*.jsonl` of the folders, a missing folder being empty. @throws PermanentError that names the file and line that is none */
export async function tracesInFiles(folders: readonly string[]): Promise<Trace[]> {
  const found: Trace[] = [];
  for (const folder of folders) {
    for (const name of (await readdir(folder).catch(() => [])).filter((file) => file.endsWith('.jsonl')).sort()) {
      const lines = ((await readText(join(folder, name))) ?? '').split('\n');
      for (const [at, line] of lines.entries())
        if (line.trim() !== '') found.push(readLine(line, `${shownPath(join(folder, name))}:${at + 1}`));
    }
  }
  return found;
}

function readLine(line: string, place: string): Trace {
  try {
    return trace.parse(JSON.parse(line));
  } catch (error) {
    throw new PermanentError(`${place} is no call of a model: ${(error as Error).message}`, { cause: error });
  }
}

export interface OpikTraces {
  http: Http;
  api: string;
  key: string;
  workspace: string;
  project: string;
  signal: AbortSignal;
}

const PAGE = 500;
const MOST_PAGES = 200;

const answer = z.object({
  total: z.number(),
  content: z.array(
    z.object({
      id: z.string(),
      start_time: z.iso.datetime({ offset: true }),
      model: z.string().nullish(),
      usage: z.record(z.string(), z.number()).nullish(),
      total_estimated_cost: z.number().nullish(),
    }),
  ),
});

/** All traces of the project. Only read. */
export async function tracesInOpik({ http, api, key, workspace, project, signal }: OpikTraces): Promise<Trace[]> {
  const headers = { authorization: key, 'comet-workspace': workspace };
  const found: Trace[] = [];
  for (let page = 1; page <= MOST_PAGES; page++) {
    const query = new URLSearchParams({ project_name: project, page: String(page), size: String(PAGE), truncate: 'true' });
    const response = await http.get(`${api.replace(/\/$/, '')}/v1/private/traces?${query.toString()}`, { headers, signal });
    const { total, content } = response.json(answer);
    for (const { usage, ...rest } of content) {
      found.push({ ...rest, input_tokens: usage?.prompt_tokens, output_tokens: usage?.completion_tokens });
    }
    if (found.length >= total || content.length === 0) return found;
  }
  throw new PermanentError(`${project} has more than ${PAGE * MOST_PAGES} traces in Opik: the costs would not be all`);
}
