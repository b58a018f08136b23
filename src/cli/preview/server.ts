/** The configured Temporal server, be there a project or not. */
import { readConfig } from '../../config.js';
import type { TemporalConnection, TemporalOptions } from '../../connections/temporal.js';
import { BadInput } from '../../control/errors.js';
import { readState } from '../../local/state.js';
import { homeOf, openProject, temporalOptions, type Project } from '../session.js';

/** @throws BadInput, ServerNotKnown, TemporalUnreachable */
export async function openPlainServer(named: string | undefined): Promise<TemporalConnection> {
  const options = await optionsOf(named);
  const { connectTemporal } = await import('../../connections/temporal.js');
  return connectTemporal(options);
}

async function optionsOf(named: string | undefined): Promise<TemporalOptions> {
  const project = await projectIfAny(named);
  if (project !== null) return temporalOptions(project, readState(homeOf(project)));
  // Outside a project the environment alone has to say where the server is.
  const { temporal, namespace } = readConfig(process.cwd());
  if (temporal !== null) return { ...temporal, namespace: namespace ?? 'default' };
  throw new BadInput(
    '--check-server needs a server, and here is no project that has one: set TEMPORAL_ADDRESS, or --project DIR.',
  );
}

async function projectIfAny(named: string | undefined): Promise<Project | null> {
  try {
    return await openProject(named);
  } catch (error) {
    if (named === undefined && error instanceof BadInput) return null;
    throw error;
  }
}
