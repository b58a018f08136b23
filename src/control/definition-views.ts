/** The project's files as programs are told of them: the same on the command line as over HTTP. */
import type { Registry } from '../registry/index.js';
import { NotFound } from './errors.js';
import { unknownEntry } from './run-words.js';

/** @throws NotFound */
export function chainView(registry: Registry, id: string) {
  const chain = registry.chain(id);
  if (chain === undefined) throw new NotFound(unknownEntry(registry, id));
  return {
    id,
    file: chain.file,
    summary: chain.summary,
    tags: chain.tags,
    timezone: chain.timezone,
    schedule: chain.schedule,
    /** When it is due, in words; null: by hand. */
    when: chain.compiled?.sentence ?? null,
    keyedBy: chain.keyedBy,
    concurrency: chain.concurrency,
    tasks: [...chain.placements].map(([task, { dependsOn, runWhen }]) => ({ id: task, dependsOn: [...dependsOn], runWhen })),
    /** Why it cannot run. */
    problem: chain.brokenBecause ?? null,
  };
}
export type ChainView = ReturnType<typeof chainView>;

/** @throws NotFound */
export function taskView(registry: Registry, id: string) {
  const task = registry.task(id);
  if (task === undefined) throw new NotFound(unknownEntry(registry, id));
  const chains = registry.chainsOf(id);
  const timing = registry.timingOf(id);
  return {
    id,
    kind: task.kind,
    file: task.file,
    summary: task.summary,
    tags: task.tags,
    timezone: registry.chain(chains[0] ?? '')?.timezone ?? timing?.timezone ?? registry.project.timezone,
    chains,
    when: timing?.compiled?.sentence ?? null,
    /** Why it cannot run. */
    problem: task.brokenBecause ?? null,
    /** Why its runs are skipped here: a setting it needs is missing. */
    disabled: task.disabledBecause ?? null,
    /** Its body runs in a process of its own; null: in the worker's. */
    isolate: task.spec.isolate ?? null,
  };
}

/** @throws NotFound */
export function retryableView(registry: Registry, id: string) {
  const retryable = registry.retryable(id);
  if (retryable === undefined) throw new NotFound(`There is no retryable "${id}" in project ${registry.project.name}.`);
  const { file, summary, tags, spec, brokenBecause } = retryable;
  const { retries, delayMs, backoff } = spec;
  return { id, file, summary, tags: [...tags], retries, delayMs, backoff, problem: brokenBecause ?? null };
}

/** All that is wrong with the files, and with the settings as they are here. */
export function checkView(registry: Registry) {
  return {
    project: registry.project.name,
    chains: registry.chainIds().length,
    tasks: registry.taskIds().length,
    retryables: registry.retryableIds().length,
    problems: registry.problems.map(({ file, field, message, suggestion }) => ({ file, field, message, suggestion })),
    settings: registry.settings.flatMap(({ problem }) => problem ?? []),
    disabled: disabledTasks(registry),
  };
}

/** Tasks whose runs are skipped here. */
export function disabledTasks(registry: Registry): { task: string; reason: string }[] {
  return registry.taskIds().flatMap((task) => {
    const reason = registry.task(task)?.disabledBecause;
    return reason === undefined ? [] : [{ task, reason }];
  });
}
