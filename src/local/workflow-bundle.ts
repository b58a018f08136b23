/** Where the workflows lie that a worker runs. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The bundle made when the package was built. Found from the sources too, so that tests run what is shipped. */
export function workflowBundlePath(): string {
  const beside = fileURLToPath(new URL('../workflow-bundle.js', import.meta.url));
  return existsSync(beside) ? beside : fileURLToPath(new URL('../../dist/workflow-bundle.js', import.meta.url));
}
