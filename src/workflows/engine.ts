/** The activities the workflows of the engine call, by the options each needs. Types only: no code of theirs is bundled. */
import { proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import type { EngineActivities } from '../activities/engine.js';

/** Read the registry or the server once, quickly: one marker in the history each. */
export const lookups = proxyLocalActivities<EngineActivities>({
  startToCloseTimeout: '20 seconds',
  scheduleToCloseTimeout: '5 minutes',
  retry: { initialInterval: '250 milliseconds', maximumInterval: '5 seconds' },
});

/** Wait for something elsewhere by failing and being tried again: no worker slot is held and no event is written meanwhile. */
export const waits = proxyActivities<Waits>({
  startToCloseTimeout: '20 seconds',
  retry: { initialInterval: '1 second', backoffCoefficient: 1.5, maximumInterval: '15 seconds' },
});

/** Write a schedule. Tried until they succeed: nobody else would. */
export const schedules = proxyActivities<Pick<EngineActivities, 'resumeSchedule'>>({
  startToCloseTimeout: '2 minutes',
  retry: { initialInterval: '1 second', maximumInterval: '1 minute' },
});

/** Delete closed runs. What a day's clean-up does not manage, the next one's does. */
export const cleaning = proxyActivities<Pick<EngineActivities, 'cleanUpRuns'>>({
  startToCloseTimeout: '5 minutes',
  retry: { initialInterval: '10 seconds', maximumAttempts: 5 },
});

type Waits = Pick<EngineActivities, 'awaitRun' | 'awaitShell' | 'awaitPast'>;

/** The same for at most this long: then they fail. */
export function waitsWithin(milliseconds: number): Waits {
  return proxyActivities<Waits>({
    startToCloseTimeout: '20 seconds',
    scheduleToCloseTimeout: Math.max(1, milliseconds),
    retry: { initialInterval: '1 second', backoffCoefficient: 1.5, maximumInterval: '15 seconds' },
  });
}

/** Awaits a lock for at most this long. */
export function lockWait(milliseconds: number): Pick<EngineActivities, 'awaitLock'> {
  return proxyActivities<Pick<EngineActivities, 'awaitLock'>>({
    startToCloseTimeout: '20 seconds',
    scheduleToCloseTimeout: Math.max(1, milliseconds),
    retry: { initialInterval: '1 second', backoffCoefficient: 1.5, maximumInterval: '10 seconds' },
  });
}
