/** The functions an author calls. They only mark a definition; everything is checked by the registry, all files at once. */
import type { z } from 'zod';
import type { Chain, ChainDefinition, Ended, JsonObject, Project, ProjectDefinition, Task, TaskDefinition } from './types.js';

/** A task: one unit of work. Its file's name is its id. */
export function defineTask<O extends JsonObject = Record<never, never>, P extends z.ZodType = z.ZodType<Record<string, never>>>(
  definition: TaskDefinition<P, O>,
): Task<Exclude<O, Ended>> {
  return { kind: 'task', definition };
}

/** A chain: tasks with dependencies and a schedule. Its file's name is its id. */
export function defineChain(definition: ChainDefinition): Chain {
  return { kind: 'chain', definition };
}

/** The project: `daychain.config.ts`. Everything in it has a default. */
export function defineProject<C = Record<never, never>>(definition: ProjectDefinition<C>): Project<C> {
  return { kind: 'project', definition };
}
