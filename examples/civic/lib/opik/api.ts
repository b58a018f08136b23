/** The calls of Opik's REST API that this project makes. https://www.comet.com/docs/opik/reference/rest-api */
import { z, type TaskContext } from 'daychain';

export interface OpikTrace {
  id: string;
  name: string;
  start_time: string;
  end_time: string;
  input: unknown;
  output: unknown;
  metadata: Record<string, unknown>;
  error_info?: { exception_type: string; message: string; traceback: string };
}

export interface OpikApi {
  createDataset(name: string, description: string): Promise<void>;
  putItems(dataset: string, items: readonly { id: string; data: unknown }[]): Promise<void>;
  createExperiment(experiment: { id: string; name: string; dataset_name: string; metadata: unknown }): Promise<void>;
  addExperimentItems(
    items: readonly { id: string; experiment_id: string; dataset_item_id: string; trace_id: string }[],
  ): Promise<void>;
  addTraces(traces: readonly OpikTrace[]): Promise<void>;
  addScores(scores: readonly { id: string; name: string; value: number }[]): Promise<void>;
  /** The newest traces of the project, at most `most`: their ids, and whether Opik holds them for failed. */
  newestTraces(most: number): Promise<{ id: string; failed: boolean }[]>;
  deleteTraces(ids: readonly string[]): Promise<void>;
}

/** Rows in one request. Opik takes a thousand of most kinds. */
const BATCH = 100;

const pageSchema = z.object({
  content: z.array(z.object({ id: z.string(), error_info: z.unknown().optional() })),
});

/** Every call may be repeated: ids are stable, and what is there already counts as done. */
export async function opikApi(ctx: Pick<TaskContext, 'settings' | 'clients' | 'signal'>): Promise<OpikApi> {
  const { OPIK_URL, OPIK_API_KEY, OPIK_WORKSPACE, OPIK_PROJECT_NAME: project_name } = ctx.settings;
  const http = await ctx.clients.http();
  const base = `${OPIK_URL.replace(/\/$/, '')}/v1/private`;
  const headers = { authorization: OPIK_API_KEY ?? '', 'comet-workspace': OPIK_WORKSPACE };
  const { signal } = ctx;

  async function send(method: 'POST' | 'PUT', path: string, json: unknown): Promise<void> {
    // Stable ids make a second sending harmless, which is what the key says; 409: it is there already.
    await http.request(`${base}${path}`, { method, json, headers, signal, idempotencyKey: path, accept: [409] });
  }
  async function inBatches<T>(rows: readonly T[], each: (batch: readonly T[]) => Promise<void>): Promise<void> {
    for (let at = 0; at < rows.length; at += BATCH) await each(rows.slice(at, at + BATCH));
  }

  return {
    createDataset: (name, description) => send('POST', '/datasets', { name, description }),
    putItems: (dataset_name, items) =>
      inBatches(items, (batch) =>
        send('PUT', '/datasets/items', { dataset_name, items: batch.map((item) => ({ ...item, source: 'sdk' })) }),
      ),
    createExperiment: (experiment) => send('POST', '/experiments', experiment),
    addExperimentItems: (items) =>
      inBatches(items, (experiment_items) => send('POST', '/experiments/items', { experiment_items })),
    addTraces: (traces) =>
      inBatches(traces, (batch) => send('POST', '/traces/batch', { traces: batch.map((trace) => ({ ...trace, project_name })) })),
    addScores: (scores) =>
      inBatches(scores, (batch) =>
        send('PUT', '/traces/feedback-scores', { scores: batch.map((score) => ({ ...score, project_name, source: 'sdk' })) }),
      ),
    async newestTraces(most) {
      const found: { id: string; failed: boolean }[] = [];
      for (let page = 1; found.length < most; page++) {
        const query = new URLSearchParams({ project_name, page: String(page), size: String(BATCH) });
        const { content } = (await http.get(`${base}/traces?${query.toString()}`, { headers, signal })).json(pageSchema);
        for (const { id, error_info } of content) found.push({ id, failed: error_info !== undefined && error_info !== null });
        if (content.length < BATCH) break;
      }
      return found.slice(0, most);
    },
    deleteTraces: (ids) => inBatches(ids, (batch) => send('POST', '/traces/delete', { ids: batch })),
  };
}
