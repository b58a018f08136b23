/** Free ports on the loopback interface. */

import { createServer } from 'node:net';

const LOOPBACK = '127.0.0.1';

/**
 * The first of `preferred` (in order; undefined ones are passed over, 0 is any) that is free on loopback and not in `taken`,
 * else one the system chooses. Free now is no promise for later: whoever starts a server on it must cope with a refusal.
 */
export async function findFreePort(preferred: readonly (number | undefined)[], taken: readonly number[] = []): Promise<number> {
  for (const port of preferred) {
    if (port === undefined || taken.includes(port)) continue;
    const free = await tryPort(port);
    if (free !== null) return free;
  }
  for (;;) {
    const port = await tryPort(0);
    if (port === null) throw new Error(`the system has no free port on ${LOOPBACK}`);
    if (!taken.includes(port)) return port;
  }
}

function tryPort(port: number): Promise<number | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.unref();
    server.once('error', () => resolve(null));
    server.listen({ host: LOOPBACK, port, exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(address !== null && typeof address === 'object' ? address.port : null));
    });
  });
}
