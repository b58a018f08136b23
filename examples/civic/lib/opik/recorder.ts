/** Data sets and experiments as Opik keeps them. */
import type { TaskContext } from 'daychain';
import { stableUuid } from '../experiments/items.js';
import type { ExperimentRun, Recorder, ResultLine } from '../experiments/recorder.js';
import { opikApi, type OpikTrace } from './api.js';

export async function opikRecorder(ctx: Pick<TaskContext, 'settings' | 'clients' | 'signal'>): Promise<Recorder> {
  const api = await opikApi(ctx);
  return {
    async dataset(name, description, items) {
      await api.createDataset(name, description);
      await api.putItems(
        name,
        items.map(({ id, ...data }) => ({ id, data })),
      );
    },
    async experiment(run) {
      const experiment_id = stableUuid(run.date, 'experiment', run.name);
      const traced = run.lines.map((line) => ({ line, id: stableUuid(run.date, 'trace', run.name, line.item.id) }));
      await api.addTraces(traced.map(({ line, id }) => traceOf(run, line, id)));
      await api.addScores(traced.flatMap(({ line, id }) => scoresOf(line, id)));
      await api.createExperiment({ id: experiment_id, name: run.name, dataset_name: run.dataset, metadata: run.summary });
      await api.addExperimentItems(
        traced.map(({ line, id }) => ({
          id: stableUuid(run.date, 'experiment item', run.name, line.item.id),
          experiment_id,
          dataset_item_id: line.item.id,
          trace_id: id,
        })),
      );
    },
  };
}

function traceOf({ name, feature, date }: ExperimentRun, { item, output, error }: ResultLine, id: string): OpikTrace {
  const day = `${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6)}T00:00:00Z`;
  return {
    id,
    name: feature,
    start_time: day,
    end_time: day,
    input: item.input,
    output: output ?? {},
    metadata: { experiment: name, ...item.metadata },
    ...(error === null ? {} : { error_info: { exception_type: 'NoVerdict', message: error, traceback: '' } }),
  };
}

function scoresOf({ scores }: ResultLine, id: string): { id: string; name: string; value: number }[] {
  return Object.entries(scores).flatMap(([name, value]) => (value === null ? [] : [{ id, name, value }]));
}
