/** The resumeLater workflow: ends a schedule's pause at its time. */
import { setCurrentDetails, sleep } from '@temporalio/workflow';
import type { Json, ResumeLaterInput } from '../plan/types.js';
import { schedules } from './engine.js';
import { requireInput } from './resolve.js';

/** Sleeps until the pause is over, then resumes the schedule, unless it was resumed or paused anew by then. */
export async function resumeLater(input: ResumeLaterInput): Promise<Json> {
  requireInput('resumeLater', input, 'schedule');
  setCurrentDetails(`${input.schedule} is paused until ${input.until}`);
  const left = Date.parse(input.until) - Date.now();
  if (left > 0) await sleep(left, { summary: `until the pause of ${input.schedule} is over` });
  const resumed = await schedules.resumeSchedule(input);
  setCurrentDetails(`${input.schedule}: ${resumed.outcome}`);
  return resumed;
}
