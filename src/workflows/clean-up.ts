/** The cleanUp workflow: deletes closed runs of schedules keyed by slot that are older than they are kept. */
import { setCurrentDetails, sleep } from '@temporalio/workflow';
import type { CleanedRuns } from '../plan/types.js';
import { cleaning } from './engine.js';

/** What one day leaves is for the next: the server should not feel it. */
const MOST_PASSES = 20;

export async function cleanUp(): Promise<{ runs: CleanedRuns[] }> {
  const total = new Map<string, CleanedRuns>();
  for (let passes = 1; passes <= MOST_PASSES; passes++) {
    const pass = await cleaning.cleanUpRuns();
    for (const one of pass) {
      const before = total.get(one.id);
      total.set(one.id, before ? { ...one, runs: before.runs + one.runs, shells: before.shells + one.shells } : one);
    }
    const told = [...total.values()].map(({ id, runs, shells }) => `${id}: ${runs} runs, ${shells} shells`);
    setCurrentDetails(told.length === 0 ? 'nothing was older than it is kept' : `deleted of ${told.join('; of ')}`);
    if (!pass.some(({ more, refused }) => more && refused === null)) break;
    await sleep('1 minute', { summary: 'the server deletes in the background; a list that is too early shows the same again' });
  }
  return { runs: [...total.values()] };
}
