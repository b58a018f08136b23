/** A connection to Temporal that may be closed while calls wait for their next try. */
import { Connection, defaultGrpcRetryOptions, makeGrpcRetryInterceptor, type ConnectionOptions } from '@temporalio/client';

type Interceptor = NonNullable<ConnectionOptions['interceptors']>[number];
type Call = ReturnType<Interceptor>;

/** gRPC's status CANCELLED, which no one tries again. */
const CANCELLED = 1;

export interface OpenConnectionOptions extends Omit<ConnectionOptions, 'interceptors'> {
  /** How often a call that fails is tried, with short pauses. Default: 10 times, which takes half a minute. */
  attempts?: number;
}

/**
 * Connects as `Connection.connect` does.
 *
 * The client's retries run on timers, and a closed channel throws at whoever starts a call on it: a retry that comes due
 * after `close()` would throw out of its timer and end the process, its caller never hearing. Here such a call fails
 * as cancelled.
 * @throws what `Connection.connect` throws where no server answers in time
 */
export async function openConnection({ attempts, ...options }: OpenConnectionOptions): Promise<Connection> {
  return await Connection.connect({ ...options, interceptors: connectionInterceptors(attempts) });
}

/** For connections that are opened in another way: retries, and an end for those that outlive their connection. */
export function connectionInterceptors(attempts?: number): Interceptor[] {
  const retries = defaultGrpcRetryOptions(attempts === undefined ? {} : { maxAttempts: attempts });
  return [makeGrpcRetryInterceptor(retries), cancelWhereClosed];
}

const cancelWhereClosed: Interceptor = (options, nextCall) => {
  try {
    return nextCall(options) as Call;
  } catch (error) {
    return cancelledCall((error as Error).message) as unknown as Call; // what the client calls of it, without the class
  }
};

/** A call that was never made: whoever starts it hears at once that it is cancelled. */
function cancelledCall(details: string) {
  return {
    start(metadata: unknown, listener: { onReceiveStatus?: (status: object) => void } = {}) {
      listener.onReceiveStatus?.({ code: CANCELLED, details, metadata });
    },
    sendMessage() {},
    sendMessageWithContext() {},
    startRead() {},
    halfClose() {},
    cancelWithStatus() {},
    getPeer: () => 'unknown',
    getAuthContext: () => null,
  };
}
