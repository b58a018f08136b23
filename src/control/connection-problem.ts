/** Errors of the connection, in words. */
import { NamespaceNotFoundError, ServiceError, isGrpcServiceError } from '@temporalio/client';

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
