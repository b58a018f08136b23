/** Errors on their way between two processes: what is read of them stays, their class does not. */
import { LockStoreError, LockStoreUnreachable } from '../../lock/errors.js';
import { AttemptFailure } from '../verdict.js';

export interface TravellingError {
  /** Null for a thrown value that is no error. */
  name: string | null;
  message: string;
  stack: string | null;
  /** Plain fields of its own: `fate`, `delay`, `code`. */
  fields: Record<string, string | number | boolean | null>;
  cause: TravellingError | null;
  /** Thrown by the boilerplate itself. */
  verdict: { kind: AttemptFailure['kind']; final: boolean } | null;
}

/** Causes of causes are followed this far. */
const DEEPEST = 5;

export function packError(thrown: unknown, depth = 0): TravellingError {
  if (!(thrown instanceof Error)) {
    const message = typeof thrown === 'string' ? thrown : (JSON.stringify(thrown) ?? String(thrown));
    return { name: null, message, stack: null, fields: {}, cause: null, verdict: null };
  }
  const { name, message, stack = null, cause } = thrown;
  const fields = Object.entries(thrown).filter((field): field is [string, string | number | boolean | null] => {
    const [key, value] = field as [string, unknown];
    return key !== 'name' && key !== 'message' && (value === null || ['string', 'number', 'boolean'].includes(typeof value));
  });
  return {
    name,
    message,
    stack,
    fields: Object.fromEntries(fields),
    cause: cause === undefined || depth >= DEEPEST ? null : packError(cause, depth + 1),
    verdict: thrown instanceof AttemptFailure ? { kind: thrown.kind, final: thrown.final } : null,
  };
}

/** What to throw for it. */
export function unpackError({ name, message, stack, fields, cause, verdict }: TravellingError): unknown {
  if (name === null) return message;
  if (verdict !== null) return new AttemptFailure(verdict.kind, message, verdict.final);
  const options = cause === null ? {} : { cause: unpackError(cause) };
  const error = Object.assign(new Error(message, options), fields);
  Object.defineProperty(error, 'name', { value: name, configurable: true, writable: true });
  if (stack !== null) error.stack = stack;
  // Told apart by their class where locks are waited for.
  const known = name === 'LockStoreUnreachable' ? LockStoreUnreachable : name === 'LockStoreError' ? LockStoreError : null;
  if (known !== null) Object.setPrototypeOf(error, known.prototype);
  return error;
}
