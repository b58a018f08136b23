/** A server as control sees it, that counts what is asked of it. */
import { Client, Connection } from '@temporalio/client';
import { connectionInterceptors } from '../../../src/connections/connection.js';
import type { Server } from '../../../src/control/server.js';
import { afterwards, temporalAddress, temporalNamespace } from '../../support/servers.js';

export interface CountingServer extends Server {
  /** Names of the calls since the last look, in order. */
  calls(): string[];
}

/** On a connection of its own, closed after the test or file. */
export async function countingServer(taskQueue: string, address = temporalAddress()): Promise<CountingServer> {
  let calls: string[] = [];
  const connection = await Connection.connect({
    address,
    interceptors: [
      (options, nextCall) => {
        calls.push(options.method_definition.path.split('/').at(-1)!);
        return nextCall(options) as never;
      },
      ...connectionInterceptors(),
    ],
  });
  afterwards(() => connection.close());
  const namespace = temporalNamespace();
  const client = new Client({ connection, namespace });
  return {
    client,
    namespace,
    taskQueue,
    by: 'tests',
    calls: () => {
      const seen = calls;
      calls = [];
      return seen;
    },
  };
}
