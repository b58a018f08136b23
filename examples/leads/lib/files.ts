import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A path in the project's folder. */
export function inProject(...parts: string[]): string {
  return join(fileURLToPath(new URL('..', import.meta.url)), ...parts);
}
