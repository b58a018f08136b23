/** Folders of test servers in the system's folder for temporary files, and the clearing away of what killed runs left. */

import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAbandoned, openHome } from '../../src/local/home.js';
import { removeFolder } from './remove-folder.js';

export const TEST_HOME_PREFIX = 'daychain-test-';

/** Stops the servers of test processes that were killed, and removes their folders. */
export async function clearAbandonedHomes(): Promise<void> {
  for (const name of readdirSync(tmpdir())) {
    const dir = join(tmpdir(), name);
    if (!name.startsWith(TEST_HOME_PREFIX) || !isAbandoned(dir)) continue;
    const opened = await openHome(dir, { project: 'tests', projectDir: dir });
    // Not opened: another test run is clearing it away at this moment.
    if (opened.opened) removeFolder(dir);
  }
}
