/** A worker asks for the day's clean-up when it starts, and every hour: the first of a day starts it. */
import type { Log } from '../activities/attempt-log.js';
import { startDailyCleanUp } from '../control/daily-clean-up.js';
import { HOUR } from '../plan/limits.js';
import { openServer, type Project } from './session.js';

/** Answers what ends it. A look that fails keeps no worker from its work. */
export function keepClean(project: Project, log: Log): () => void {
  const ask = async () => {
    try {
      const session = await openServer(project);
      try {
        await startDailyCleanUp(session.server, project.registry, Date.now());
      } finally {
        await session.close();
      }
    } catch (error) {
      log.warn({}, `the daily clean-up could not be started: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  void ask();
  const timer = setInterval(() => void ask(), HOUR);
  timer.unref();
  return () => clearInterval(timer);
}
