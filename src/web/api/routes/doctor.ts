/** Every setting with its source, every server, and how to mend what is wrong. */
import { z } from '@hono/zod-openapi';
import { readRoute, type Api } from '../frame.js';

export function doctorRoutes(api: Api): void {
  readRoute(
    api,
    {
      path: '/api/doctor',
      tag: 'Project',
      summary: 'Every setting with its source, every server, and how to mend what is wrong',
      answer: z.object({
        settings: z.array(
          z.object({
            name: z.string(),
            value: z.string().nullable().openapi({ description: 'Masked where it is a secret' }),
            source: z.enum(['environment', '.env', 'temporal.toml', 'default']),
          }),
        ),
        warnings: z.array(z.string()),
        checks: z.array(
          z.object({
            name: z.string(),
            state: z.enum(['ok', 'odd', 'fails', 'skipped']),
            text: z.string(),
            mend: z.string().nullable(),
          }),
        ),
      }),
    },
    async ({ project: { config }, parts }) => ({
      settings: config.settings,
      warnings: config.warnings,
      checks: await parts.checks(),
    }),
  );
}
