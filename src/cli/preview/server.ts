/** The configured Temporal server, be there a project or not. */
import { readConfig } from '../../config.js';
import type { TemporalConnection, TemporalOptions } from '../../connections/temporal.js';
import { BadInput } from '../../control/errors.js';
import { readState } from '../../local/state.js';
import { homeOf, openProject, temporalOptions } from '../session.js';

/** @throws BadInput, ServerNotKnown, TemporalUnreachable */
export async function openPlainServer(named: string | undefined): Promise<TemporalConnection> {
  const options = await optionsOf(named);
  const { connectTemporal } = await import('../../connections/temporal.js');
  return connectTemporal(options);
}

async function optionsOf(named: string | undefined): Promise<TemporalOptions> {
  const { temporal, namespace } = readConfig(process.cwd());
  // Outside a project the environment alone has to say where the server is.
  if (named === undefined && temporal !== null) {
    const project = await openProject(named).catch(() => null);
    if (project === null) return { ...temporal, namespace: namespace ?? 'default' };
    return temporalOptions(project, readState(homeOf(project)));
  }
  try {
    const project = await openProject(named);
    return temporalOptions(project, readState(homeOf(project)));
  } catch (error) {
    if (!(error instanceof BadInput)) throw error;
    throw new BadInput(`--check-server needs a server: set TEMPORAL_ADDRESS, or name a project.\n${error.message}`);
  }
}
