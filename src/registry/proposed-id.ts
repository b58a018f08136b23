/** What an id that is none could have been meant as. */
import { idProblem } from '../plan/ids.js';

/** `Task Report` → `task_report`; null where nothing of it makes an id. */
export function proposedId(id: string): string | null {
  const proposed = id
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]+/g, '_')
    .replaceAll(/^[^a-z]+|[_-]+$/g, '');
  return idProblem(proposed) ? null : proposed;
}
