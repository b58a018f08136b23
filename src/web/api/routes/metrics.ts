/** For Prometheus. */
import { z } from '@hono/zod-openapi';
import { readRoute, type Api } from '../frame.js';

export function metricsRoutes(api: Api): void {
  readRoute(
    api,
    { path: '/metrics', tag: 'Service', summary: 'Numbers for Prometheus', answer: z.string(), mediaType: 'text/plain' },
    async () => new Response(await api.metrics.text(), { headers: { 'content-type': api.metrics.contentType } }),
  );
}
