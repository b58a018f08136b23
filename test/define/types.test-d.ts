// Proved by the type checker alone: every @ts-expect-error below must be an error.
import { defineChain, defineProject, defineTask, scheduleOnce, z, type ClientsOf } from '../../src/index.js';

const crawl = defineTask({
  params: z.object({ limit: z.number().default(3) }),
  async run(ctx) {
    const limit: number = ctx.params.limit;
    if (limit > 2) return ctx.noWork('nothing');
    return { pages_crawled: limit };
  },
});

defineTask({
  async run(ctx) {
    const up = ctx.upstream<typeof crawl>('task_firecrawl');
    // @ts-expect-error a skipped parent has no sure output
    const sure: number = up.output.pages_crawled;
    if (up.status === 'success') {
      const pages: number = up.output.pages_crawled;
      return { pages, sure };
    }
    return ctx.skip('no pages', { settled: false });
  },
});

defineTask({ run() {} });
// @ts-expect-error a bare number is no duration
defineTask({ timeout: 15, run() {} });
// @ts-expect-error neither is text without a unit
defineTask({ timeout: '15', run() {} });
// @ts-expect-error retry delays are durations too
defineTask({ retry: { delay: 5 }, run() {} });
// @ts-expect-error output is JSON
defineTask({ run: () => ({ at: new Date() }) });

defineChain({
  schedule: { daily: '06:00' },
  tasks: {
    a: [],
    b: ['a'],
    c: { dependsOn: ['a'], runWhen: 'all_done', params: { language: 'fr' } },
    d: { command: ['/bin/true', '{date}'], timeout: '2 hours' },
  },
});
// @ts-expect-error no such rule
defineChain({ tasks: { a: [], b: { dependsOn: ['a'], runWhen: 'all_good' } } });
// @ts-expect-error a chain without tasks is none
defineChain({ schedule: { daily: '06:00' } });

const project = defineProject({ name: 'civic', clients: { sql: async () => ({ query: (text: string) => text }) } });
declare const clients: ClientsOf<typeof project>;
export const answer: Promise<{ query(text: string): string }> = clients.sql();

export const scheduled: Promise<{ workflowId: string; outcome: 'scheduled' | 'replaced' | 'already' | 'completed' }> =
  scheduleOnce({ at: new Date(0), task: 'task_mail', params: { limit: 1 } });
// @ts-expect-error a task or a chain, not both
void scheduleOnce({ at: 'in 1 hour', task: 'task_mail', chain: 'daily-chain' });
// @ts-expect-error neither
void scheduleOnce({ at: 'in 1 hour' });
