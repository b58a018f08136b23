/** The jobs that work through a queue, as the original had them: interval, batch, instances, and how late one may begin. */
import { env, type DeclaredSetting } from 'daychain';

interface Job {
  minutes: number;
  batch: number;
  /** Above 1, runs may overlap: the queue keeps their rows apart. */
  instances: number;
  /** A slot that begins later than this is left out (the original's misfire grace). Seconds. */
  graceSeconds: number;
}

export const JOBS = {
  DEEP_SCAN: { minutes: 1, batch: 10, instances: 1, graceSeconds: 60 },
  DOMAIN_EXTRACTION: { minutes: 2, batch: 20, instances: 1, graceSeconds: 60 },
  DOMAIN: { minutes: 1, batch: 50, instances: 3, graceSeconds: 60 },
  DOMAIN_SITEMAP: { minutes: 1, batch: 10, instances: 1, graceSeconds: 60 },
  SITEMAP_IMPORT: { minutes: 1, batch: 20, instances: 1, graceSeconds: 1_800 },
  PAGE_CURATION: { minutes: 1, batch: 10, instances: 1, graceSeconds: 60 },
  DEBOUNCE_VALIDATION: { minutes: 1, batch: 50, instances: 1, graceSeconds: 1_800 },
  BREVO_SYNC: { minutes: 1, batch: 10, instances: 1, graceSeconds: 1_800 },
  HUBSPOT_SYNC: { minutes: 1, batch: 10, instances: 1, graceSeconds: 1_800 },
  N8N_SYNC: { minutes: 1, batch: 10, instances: 1, graceSeconds: 1_800 },
} as const satisfies Record<string, Job>;

export type JobName = keyof typeof JOBS;
type JobSetting = `${JobName}_SCHEDULER_${'INTERVAL_MINUTES' | 'BATCH_SIZE' | 'MAX_INSTANCES' | 'MISFIRE_GRACE_TIME'}`;

/** Four settings per job, under the original's names: `DOMAIN_SCHEDULER_BATCH_SIZE`. */
export function jobSettings(): Record<JobSetting, DeclaredSetting<number>> {
  const entries = Object.entries(JOBS).flatMap(([job, { minutes, batch, instances, graceSeconds }]) => [
    [
      `${job}_SCHEDULER_INTERVAL_MINUTES`,
      env.integer({ description: 'minutes between two runs', default: minutes, least: 1, most: 1_440 }),
    ],
    [`${job}_SCHEDULER_BATCH_SIZE`, env.integer({ description: 'rows claimed by a run', default: batch, least: 1, most: 1_000 })],
    [
      `${job}_SCHEDULER_MAX_INSTANCES`,
      env.integer({ description: '1: one run at a time; more: runs may overlap', default: instances, least: 1, most: 100 }),
    ],
    [
      `${job}_SCHEDULER_MISFIRE_GRACE_TIME`,
      env.integer({ description: 'seconds a run may begin late', default: graceSeconds, least: 1, most: 86_400 }),
    ],
  ]);
  return Object.fromEntries(entries) as Record<JobSetting, DeclaredSetting<number>>;
}
