/** The project's files: what there is, and what is wrong with it. Asks no server. */
import { z } from '@hono/zod-openapi';
import { readRoute, type Api } from '../frame.js';

const ProblemInFile = z
  .object({ file: z.string(), field: z.string(), message: z.string() })
  .openapi('FileProblem', { description: 'One thing that is wrong, and where' });

export function projectRoutes(api: Api): void {
  readRoute(
    api,
    {
      path: '/api/check',
      tag: 'Project',
      summary: 'Everything that is wrong with the files, at once',
      answer: z.object({
        project: z.string(),
        chains: z.number().int(),
        tasks: z.number().int(),
        problems: z.array(ProblemInFile),
      }),
    },
    ({ project: { registry } }) => ({
      project: registry.project.name,
      chains: registry.chainIds().length,
      tasks: registry.taskIds().length,
      problems: registry.problems.map((problem) => ({ file: problem.file, field: problem.field, message: problem.message })),
    }),
  );
}
