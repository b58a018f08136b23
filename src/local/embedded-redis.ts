/** A Redis inside this process, for machines without one: memory only, loopback only. */

import type { AddressInfo, Server, Socket } from 'node:net';
import { createRedisServer } from 'js-redis-server';
import { findFreePort } from './ports.js';

const LISTEN_ATTEMPTS = 3;

export interface EmbeddedRedis {
  port: number;
  /** Closes the connections of all clients, then the server. */
  stop(): Promise<void>;
}

/** Starts it on the first free port of `preferred`, else on one the system chooses. */
export async function startEmbeddedRedis(preferred: readonly (number | undefined)[]): Promise<EmbeddedRedis> {
  const handle = await createRedisServer({ port: 0 });
  const server = handle.server.server;
  // It listens on every interface and has no option for the host: bind it again where it belongs.
  await close(server);
  const clients = new Set<Socket>();
  server.on('connection', (socket) => {
    clients.add(socket);
    socket.once('close', () => clients.delete(socket));
  });
  await listenOnFree(server, preferred);
  return {
    port: (server.address() as AddressInfo).port,
    stop: async () => {
      if (!server.listening) return;
      const closed = handle.close();
      // close() waits for the clients to leave, and they have no reason to.
      for (const socket of clients) socket.destroy();
      await closed;
    },
  };
}

function close(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error === undefined ? resolve() : reject(error)));
  });
}

/** Another process may take the port between the look and the use of it. */
async function listenOnFree(server: Server, preferred: readonly (number | undefined)[]): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await listenOnLoopback(server, await findFreePort(preferred));
    } catch (error) {
      if (attempt >= LISTEN_ATTEMPTS || (error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    }
  }
}

function listenOnLoopback(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: '127.0.0.1', port }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
