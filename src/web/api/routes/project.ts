/** The project's files: chains and tasks as they are written, and what is wrong with them. */
import { z } from '@hono/zod-openapi';
import { chainView, checkView, retryableView, taskView } from '../../../control/definition-views.js';
import type { Registry } from '../../../registry/index.js';
import { readRoute, type Api } from '../frame.js';
import { AnyObject, Id, orNull, PlacedTask } from '../schemas/common.js';

const TAG = 'Project';

const FileProblem = z
  .object({ file: z.string(), field: z.string(), message: z.string(), suggestion: z.string().optional() })
  .openapi('FileProblem');

const Chain = z
  .object({
    id: z.string(),
    file: z.string(),
    summary: z.string().nullable(),
    tags: z.array(z.string()),
    timezone: z.string(),
    when: z.string().nullable().openapi({ description: 'When it is due, in words; null: by hand' }),
    schedule: z.unknown().openapi({ description: 'As its author wrote it; null without one' }),
    keyedBy: z.enum(['date', 'slot']),
    concurrency: z.number().int(),
    tasks: z.array(PlacedTask),
    problem: z.string().nullable().openapi({ description: 'Why it cannot run' }),
  })
  .openapi('Chain');

const Task = z
  .object({
    id: z.string(),
    kind: z.enum(['body', 'command']),
    file: z.string(),
    summary: z.string().nullable(),
    tags: z.array(z.string()),
    timezone: z.string(),
    chains: z.array(z.string()),
    when: z.string().nullable(),
    timeoutMs: z.number(),
    maximumAttempts: z.number().int(),
    problem: z.string().nullable(),
    disabled: z.string().nullable().openapi({ description: 'Why its runs are skipped here: a setting it needs is missing' }),
    isolate: orNull(z.object({ memoryMb: z.number().int().nullable() })).openapi({
      description: "Its body runs in a process of its own, whose heap may grow to so much; null: in the worker's",
    }),
    paramsSchema: orNull(AnyObject).openapi({ description: 'JSON Schema of its params; null where it takes none' }),
  })
  .openapi('Task');

const Retryable = z
  .object({
    id: z.string(),
    file: z.string(),
    summary: z.string().nullable(),
    tags: z.array(z.string()),
    retries: z.number().int().openapi({ description: 'Further tries after the call itself' }),
    delayMs: z.number(),
    backoff: z.number(),
    problem: z.string().nullable(),
  })
  .openapi('Retryable');

export function projectRoutes(api: Api): void {
  readRoute(
    api,
    {
      path: '/api/project',
      tag: TAG,
      summary: 'Which project this is, and where its servers are',
      answer: z
        .object({
          name: z.string(),
          timezone: z.string(),
          taskQueue: z.string(),
          version: z.string(),
          chains: z.array(z.string()),
          tasks: z.array(z.string()),
          problems: z.number().int(),
          webUi: z.string().nullable().openapi({ description: "Temporal's own; null where nobody told, or it is away" }),
          namespace: z.string().nullable(),
        })
        .openapi('Project'),
    },
    async ({ project: { registry }, parts }) => {
      const session = await parts.temporal().catch(() => null);
      return {
        name: registry.project.name,
        timezone: registry.project.timezone,
        taskQueue: registry.project.taskQueue,
        version: parts.version,
        chains: registry.chainIds(),
        tasks: registry.taskIds(),
        problems: registry.problems.length,
        webUi: session?.ui ?? null,
        namespace: session?.server.namespace ?? null,
      };
    },
  );
  readRoute(
    api,
    {
      path: '/api/check',
      tag: TAG,
      summary: 'Everything that is wrong with the files, at once',
      answer: z.object({
        project: z.string(),
        chains: z.number().int(),
        tasks: z.number().int(),
        problems: z.array(FileProblem),
        retryables: z.number().int(),
        settings: z.array(z.string()).openapi({ description: 'What is wrong with the settings, as they are here' }),
        disabled: z.array(z.object({ task: z.string(), reason: z.string() })),
      }),
    },
    ({ project: { registry } }) => checkView(registry),
  );
  readRoute(
    api,
    { path: '/api/chains', tag: TAG, summary: 'All chains', answer: z.object({ chains: z.array(Chain) }) },
    ({ project: { registry } }) => ({ chains: registry.chainIds().map((id) => chainView(registry, id)) }),
  );
  readRoute(
    api,
    { path: '/api/retryables', tag: TAG, summary: 'All retryables', answer: z.object({ retryables: z.array(Retryable) }) },
    ({ project: { registry } }) => ({ retryables: registry.retryableIds().map((id) => retryableView(registry, id)) }),
  );
  readRoute(
    api,
    { path: '/api/chains/{chain}', tag: TAG, summary: 'One chain', params: z.object({ chain: Id }), answer: Chain },
    ({ project: { registry }, params }) => chainView(registry, params.chain),
  );
  readRoute(
    api,
    { path: '/api/tasks', tag: TAG, summary: 'All tasks', answer: z.object({ tasks: z.array(Task) }) },
    ({ project: { registry } }) => ({ tasks: registry.taskIds().map((id) => taskOf(registry, id)) }),
  );
  readRoute(
    api,
    {
      path: '/api/tasks/{task}',
      tag: TAG,
      summary: 'One task, with the schema of its params',
      params: z.object({ task: Id }),
      answer: Task,
    },
    ({ project: { registry }, params }) => taskOf(registry, params.task),
  );
}

function taskOf(registry: Registry, id: string): z.input<typeof Task> {
  const view = taskView(registry, id);
  const task = registry.task(id)!;
  return {
    ...view,
    timeoutMs: task.spec.timeoutMs,
    maximumAttempts: task.spec.maximumAttempts,
    paramsSchema: task.kind === 'body' && task.definition ? paramsSchemaOf(task.definition.params) : null,
  };
}

/** What JSON Schema cannot say is left open: the task's own schema has the last word. */
function paramsSchemaOf(schema: z.ZodType | undefined): object | null {
  if (schema === undefined) return null;
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
}
