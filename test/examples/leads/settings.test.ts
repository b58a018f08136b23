/** Every setting that is declared is applied: the original had some that nothing read. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Chain } from 'daychain';
import { afterEach, expect, test, vi } from 'vitest';
import { JOBS } from '../../../examples/leads/lib/jobs.js';
import { settings } from '../../../examples/leads/lib/settings.js';
import processDomains from '../../../examples/leads/tasks/task_process_domains.js';
import { openLeads } from './leads.js';

const EXAMPLE = join(import.meta.dirname, '../../../examples/leads');

afterEach(() => {
  vi.unstubAllEnvs();
  vi.resetModules();
});

test('interval, instances and grace of each job are those of its chain (defect 16)', async () => {
  const wished = Object.keys(JOBS).map((job, at) => ({ job, minutes: 7 + at, grace: 90 + at, instances: at % 2 === 0 ? 1 : 2 }));
  for (const { job, minutes, grace, instances } of wished) {
    vi.stubEnv(`${job}_SCHEDULER_INTERVAL_MINUTES`, String(minutes));
    vi.stubEnv(`${job}_SCHEDULER_MISFIRE_GRACE_TIME`, String(grace));
    vi.stubEnv(`${job}_SCHEDULER_MAX_INSTANCES`, String(instances));
  }
  const found: unknown[] = [];
  for (const file of readdirSync(join(EXAMPLE, 'chains'))) {
    const job = /jobChain\('(\w+)'/.exec(readFileSync(join(EXAMPLE, 'chains', file), 'utf8'))?.[1];
    if (job === undefined) continue;
    const { definition } = ((await import(join(EXAMPLE, 'chains', file))) as { default: Chain }).default;
    found.push({ job, schedule: definition.schedule, startWithin: definition.startWithin, overlap: definition.overlap });
  }
  const expected = wished.map(({ job, minutes, grace, instances }) => ({
    job,
    schedule: { every: `${minutes} minutes` },
    startWithin: `${grace} seconds`,
    overlap: instances === 1 ? 'skip' : 'allow',
  }));
  expect(found).toHaveLength(expected.length);
  expect(found).toEqual(expect.arrayContaining(expected));
});

test('the batch size of a job is how many rows its run claims (defect 16)', async () => {
  const leads = await openLeads();
  await leads.db
    .insertInto('domains')
    .values([{ domain: 'one.example' }, { domain: 'two.example' }])
    .execute();
  const { result } = await leads.run(processDomains, { settings: { DOMAIN_SCHEDULER_BATCH_SIZE: 1 } });
  expect(result.output).toMatchObject({ processed: 1 });
});

test('no setting is declared that nothing reads (defect 16)', () => {
  const files = ['lib', 'tasks'].flatMap((folder) => readdirSync(join(EXAMPLE, folder)).map((file) => join(folder, file)));
  const texts = files
    .filter((file) => file !== 'lib/settings.ts')
    .map((file) => readFileSync(join(EXAMPLE, file), 'utf8'))
    .join('\n');
  const ofChains = /_SCHEDULER_(INTERVAL_MINUTES|MAX_INSTANCES|MISFIRE_GRACE_TIME)$/;
  const declared = Object.keys(settings).filter((name) => !ofChains.test(name));
  expect(declared.length).toBeGreaterThan(20);
  // What the three services' tasks share makes the setting's name from the job's.
  const isRead = (name: string) =>
    texts.includes(name) || texts.includes(`'${name.replace(/_SCHEDULER_BATCH_SIZE$/, '')}', async (`);
  expect(declared.filter((name) => !isRead(name))).toEqual([]);
});
