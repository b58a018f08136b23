// Proved by the type checker alone: every @ts-expect-error below must be an error.
import {
  defineChain,
  defineProject,
  defineTask,
  env,
  scheduleOnce,
  z,
  type ClientsOf,
  type SettingsOf,
} from '../../src/index.js';

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

const at = '06:00';
const tasks = { a: [] };
defineChain({ schedule: { cron: '30 6 * * 1-5', from: '2026-03-01', until: '2026-12-31', except: ['2026-05-01'] }, tasks });
defineChain({ schedule: { weekly: { on: ['mon', 'friday'], at } }, tasks });
defineChain({ schedule: { monthly: { day: 'last', at, shortMonth: 'skip' }, jitter: '5 minutes' }, tasks });
defineChain({ schedule: { every: '90 minutes', offset: '7 minutes', key: 'date' }, tasks });
defineChain({ schedule: { businessHours: { days: 'weekdays', from: '09:00', to: '17:00', every: '30 minutes' } }, tasks });
defineChain({ schedule: [{ daily: at }, { at: ['2026-03-01T08:00:00Z'] }], tasks });
// @ts-expect-error two forms in one object
defineChain({ schedule: { daily: at, cron: '0 6 * * *' }, tasks });
// @ts-expect-error no such form
defineChain({ schedule: { dayly: at }, tasks });
// @ts-expect-error no such day
defineChain({ schedule: { weekly: { on: 'mo', at } }, tasks });
// @ts-expect-error a bare number has no unit
defineChain({ schedule: { every: 90 }, tasks });

const project = defineProject({ name: 'civic', clients: { sql: async () => ({ query: (text: string) => text }) } });
declare const clients: ClientsOf<typeof project>;
export const answer: Promise<{ query(text: string): string }> = clients.sql();

const settings = {
  BATCH_SIZE: env.integer({ description: 'items at a time', default: 10, least: 1 }),
  API_KEY: env.text({ description: 'key of the provider', secret: true }),
  PROXY: env.url({ description: 'proxy', default: null }),
  SOURCE: env.choice(['mockup', 'github'], { description: 'where items come from', default: 'mockup' }),
  PAUSE: env.duration({ description: 'between two calls', default: '5 minutes' }),
};
declare const values: SettingsOf<typeof settings>;
export const read: { batch: number; key: string; proxy: string | null; source: 'mockup' | 'github' } = {
  batch: values.BATCH_SIZE,
  key: values.API_KEY,
  proxy: values.PROXY,
  source: values.SOURCE,
};
// @ts-expect-error null is among its values
export const proxy: string = values.PROXY;
// @ts-expect-error null is not among its values
export const key: null = values.API_KEY;
// @ts-expect-error no such word
env.choice(['mockup', 'github'], { description: 'x', default: 'gitlab' });
// @ts-expect-error a number has a number as its default
env.integer({ description: 'x', default: '10' });
// @ts-expect-error a setting says what it is for
env.text({ default: 'x' });
const withMail = defineProject({ settings, clients: { mail: ({ settings: given }) => Object.keys(given) } });
declare const mail: ClientsOf<typeof withMail>;
export const mailOpened: Promise<string[]> = mail.mail();

export const scheduled: Promise<{ workflowId: string; outcome: 'scheduled' | 'replaced' | 'already' | 'completed' }> =
  scheduleOnce({ at: new Date(0), task: 'task_mail', params: { limit: 1 } });
// @ts-expect-error a task or a chain, not both
void scheduleOnce({ at: 'in 1 hour', task: 'task_mail', chain: 'daily-chain' });
// @ts-expect-error neither
void scheduleOnce({ at: 'in 1 hour' });
