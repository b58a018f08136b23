/** A chain of one task, due every so many minutes: its id is the original's job id, which `/scheduler_status` shows. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { defineChain, type Chain } from 'daychain';
import { inProject } from './files.js';
import { JOBS, type JobName } from './jobs.js';

export function jobChain(job: JobName, task: string): Chain {
  const { minutes, instances, graceSeconds } = JOBS[job];
  const every = numberFrom(`${job}_SCHEDULER_INTERVAL_MINUTES`) ?? minutes;
  return defineChain({
    schedule: { every: `${every} minutes` },
    startWithin: `${numberFrom(`${job}_SCHEDULER_MISFIRE_GRACE_TIME`) ?? graceSeconds} seconds`,
    // Missed slots fold into the latest, as with the original's coalesce; a slot that is due during a run is left out.
    catchUp: 'latest',
    overlap: (numberFrom(`${job}_SCHEDULER_MAX_INSTANCES`) ?? instances) > 1 ? 'allow' : 'skip',
    keep: '2 days',
    tasks: { [task]: [] },
  });
}

/** Files are read before settings are: what is wrong here keeps its default, and `daychain check` names it as a setting. */
function numberFrom(name: string): number | undefined {
  const file = join(inProject(), '.env');
  const text = process.env[name] ?? (existsSync(file) ? parseEnv(readFileSync(file, 'utf8'))[name] : undefined);
  const value = Number(text);
  return text && Number.isInteger(value) && value >= 1 ? value : undefined;
}
