/** HTTP servers of tests, reached from this machine alone. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterwards } from './servers.js';

/** Where a server listens. */
export interface Place {
  port: number;
  /** `127.0.0.1:port` */
  host: string;
  /** Without a slash at its end. */
  url: string;
}

/** Lets it listen until the end of the test; begun in `beforeAll`, of the file's tests. What hangs in it is cut then. */
export async function listenLocally(server: Server): Promise<Place> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterwards(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  const { port } = server.address() as AddressInfo;
  return { port, host: `127.0.0.1:${port}`, url: `http://127.0.0.1:${port}` };
}
