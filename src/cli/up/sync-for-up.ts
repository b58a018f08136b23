/** A worker's side of a reload: it has read the changed files, so it is the one that syncs. */
import { syncProject } from '../../schedules.js';
import { scheduleText } from '../schedule-text.js';
import { openServer, type Project } from '../session.js';
import { isUpMessage, type WorkerMessage } from './worker-messages.js';

/** From now on, syncs whenever `up` asks for it, and tells what that took. */
export function answerSyncs(project: Project, tell: (message: WorkerMessage) => void): void {
  process.on('message', (message) => {
    if (!isUpMessage(message) || message.type !== 'sync') return;
    sync(project, message.known).then(tell, (error: unknown) => tell({ type: 'not_synced', message: (error as Error).message }));
  });
}

async function sync(project: Project, known: string[]): Promise<WorkerMessage> {
  const session = await openServer(project);
  try {
    const steps = await syncProject(session.server, project.registry, { known });
    return {
      type: 'synced',
      steps: steps.map((step) => ({
        id: step.id,
        text: scheduleText(step, project.zoneOf(step.id), Date.now()),
        changed: step.change !== 'unchanged' && step.change !== 'renew',
      })),
    };
  } finally {
    await session.close();
  }
}
