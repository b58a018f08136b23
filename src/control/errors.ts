/** What can stand in the way of a command, by what the one who gave it can do about it. */
import { NamespaceNotFoundError, ServiceError, isGrpcServiceError } from '@temporalio/client';

/** Why a command was refused. */
export type RefusalKind = 'running' | 'id_taken' | 'other_params' | 'not_running' | 'lock_held' | 'not_prepared';

/** The state of things does not allow it now. The message says what does. */
export class Refused extends Error {
  override readonly name = 'Refused';
  constructor(
    readonly kind: RefusalKind,
    message: string,
    /** More of it, for programs. */
    readonly details: Record<string, unknown> = {},
  ) {
    super(message);
  }
}

/** What was asked for cannot be: an unknown id, no such run. */
export class BadInput extends Error {
  override readonly name = 'BadInput';
}

/** gRPC's codes for a server that cannot be reached or does not let us in. */
const UNREACHABLE: Record<number, string> = {
  4: 'no answer in time',
  7: 'permission denied',
  14: 'not available',
  16: 'not let in: check the API key or certificate',
};

/** Why the server could not be asked, in words; null for an error that is about something else. */
export function connectionProblem(error: unknown): string | null {
  if (error instanceof NamespaceNotFoundError) return `it has no namespace "${error.namespace}"`;
  const service = error instanceof ServiceError ? error.cause : error;
  if (!isGrpcServiceError(service)) return null;
  if (service.code === 5 && /namespace/i.test(service.details)) return service.details;
  const words = UNREACHABLE[service.code];
  return words === undefined ? null : `${words}${service.details ? `: ${service.details}` : ''}`;
}
