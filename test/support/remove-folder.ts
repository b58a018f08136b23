/** Removes a folder though a process that was just killed is still writing into it. */
import { rmSync } from 'node:fs';

export function removeFolder(dir: string): void {
  rmSync(dir, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
}
