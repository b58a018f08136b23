/** What goes wrong, as an exit code and the words for it. Stacks are for faults of daychain itself. */
import { ConfigError } from '../config.js';
import { TemporalUnreachable } from '../connections/temporal.js';
import { connectionProblem } from '../control/connection-problem.js';
import { BadInput, Refused } from '../control/errors.js';
import { BinaryNotFoundError } from '../local/temporal-binary.js';
import { NamespaceError } from '../local/prepare-namespace.js';
import { ServerStartError } from '../local/server-process.js';
import { LockStoreError, LockStoreUnreachable } from '../lock/errors.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import { ServerNotKnown } from './session.js';

export interface ToldProblem {
  exit: ExitCode;
  message: string;
  kind: string;
  details?: Record<string, unknown>;
}

/** Ctrl-C while a command waited. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

export function toldProblem(error: unknown): ToldProblem {
  if (error instanceof Interrupted) return { exit: EXIT.interrupted, message: error.message, kind: 'interrupted' };
  if (error instanceof BadInput || error instanceof ConfigError) {
    return { exit: EXIT.badInput, message: error.message, kind: 'bad_input' };
  }
  if (error instanceof Refused) return { exit: EXIT.refused, message: error.message, kind: error.kind, details: error.details };
  if (error instanceof TemporalUnreachable) {
    const next = `Started here with "daychain up"? Then it has stopped: daychain up.   Elsewhere? Set TEMPORAL_ADDRESS; daychain doctor shows what is used.`;
    return { exit: EXIT.unreachable, message: `${error.message}\n${next}`, kind: 'unreachable' };
  }
  if (error instanceof ServerNotKnown || error instanceof LockStoreUnreachable) {
    return { exit: EXIT.unreachable, message: error.message, kind: 'unreachable' };
  }
  if (error instanceof LockStoreError) return { exit: EXIT.failed, message: error.message, kind: 'lock_store' };
  if (error instanceof BinaryNotFoundError || error instanceof ServerStartError || error instanceof NamespaceError) {
    return { exit: EXIT.unreachable, message: error.message, kind: 'no_server' };
  }
  const connection = connectionProblem(error);
  if (connection !== null) {
    return {
      exit: EXIT.unreachable,
      message: `Temporal does not answer as it should: ${connection}\ndaychain doctor shows what is used.`,
      kind: 'unreachable',
    };
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { exit: EXIT.failed, message: `daychain itself failed: ${stack}`, kind: 'fault' };
}
