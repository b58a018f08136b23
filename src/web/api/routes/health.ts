/** Whether the process is alive, and whether it can do its work. */
import { z } from '@hono/zod-openapi';
import { openRoute, readRoute, type Api } from '../frame.js';
import type { WebParts } from '../parts.js';

const Check = z.object({
  name: z.enum(['temporal', 'redis', 'files']),
  ok: z.boolean(),
  text: z.string(),
});

export function healthRoutes(api: Api): void {
  openRoute(
    api,
    { path: '/healthz', tag: 'Service', summary: 'The process is alive', answer: z.object({ status: z.literal('ok') }) },
    () => ({ status: 'ok' as const }),
  );
  readRoute(
    api,
    {
      path: '/readyz',
      tag: 'Service',
      summary: 'Temporal and Redis can be reached, and the files load; 503 where not',
      answer: z.object({ ready: z.boolean(), checks: z.array(Check) }).openapi('Readiness'),
      tellsBy: 503,
    },
    async ({ parts, context }) => {
      const checks = [...(await Promise.all([checkTemporal(parts), checkRedis(parts)])), checkFiles(parts)];
      const ready = checks.every(({ ok }) => ok);
      return context.json({ ready, checks }, ready ? 200 : 503);
    },
  );
}

type Checked = z.infer<typeof Check>;

async function checkTemporal(parts: WebParts): Promise<Checked> {
  return await checked(parts, 'temporal', async () => {
    const { server, address } = await parts.temporal();
    await server.client.workflowService.describeNamespace({ namespace: server.namespace });
    return `namespace ${server.namespace} at ${address}`;
  });
}

async function checkRedis(parts: WebParts): Promise<Checked> {
  return await checked(parts, 'redis', async () => {
    const { store } = await parts.redis();
    await store.peek({ task: 'readyz', scope: '0' });
    return `locks at ${store.address}`;
  });
}

function checkFiles({ project: { registry } }: WebParts): Checked {
  const count = registry.problems.length;
  return { name: 'files', ok: count === 0, text: count === 0 ? 'all load' : `${count} problems: daychain check` };
}

async function checked(parts: WebParts, name: Checked['name'], look: () => Promise<string>): Promise<Checked> {
  try {
    return { name, ok: true, text: await look() };
  } catch (error) {
    parts.met(error);
    return { name, ok: false, text: error instanceof Error ? error.message.split('\n')[0]! : String(error) };
  }
}
