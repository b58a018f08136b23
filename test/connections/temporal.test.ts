/** Connecting to a server that is there and late, to one that never answers, and to none. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { onTestFinished, expect, test } from 'vitest';
import { connectTemporal } from '../../src/connections/temporal.js';
import { findFreePort } from '../../src/local/ports.js';
import { temporalAddress, temporalNamespace } from '../support/servers.js';

const namespace = temporalNamespace();

test('a server that stood still while it was connected to is given time once more', async () => {
  const [host, port] = temporalAddress().split(':') as [string, string];
  const serve = (near: Socket) => {
    const far = connect({ host, port: Number(port) });
    far.on('error', () => near.destroy());
    near.once('close', () => far.destroy());
    near.pipe(far).pipe(near);
  };
  const waiting: Socket[] = [];
  let awake = false;
  // Accepts the first try and lets it wait, until somebody looks whether it is there at all.
  const address = await listen((near) => {
    waiting.push(near);
    awake ||= waiting.length > 1;
    if (awake) waiting.splice(0).forEach(serve);
  });
  const connection = await connectTemporal({ address, namespace, withinMs: 200, onceMoreMs: 60_000 });
  onTestFinished(() => connection.close());
  expect(await connection.client.workflowService.getSystemInfo({})).toHaveProperty('serverVersion');
});

test('somebody who listens and never answers is told of, with how long was tried', async () => {
  const address = await listen(() => {});
  await expect(connectTemporal({ address, namespace, withinMs: 200, onceMoreMs: 400 })).rejects.toMatchObject({
    address,
    message: expect.stringMatching(/something listens there, but does not answer as Temporal does: .*tried for 0\.6 s/) as string,
  });
});

test('where nobody listens, that is told after the first try', async () => {
  const address = `127.0.0.1:${await findFreePort([])}`;
  await expect(connectTemporal({ address, namespace, withinMs: 200, onceMoreMs: 3_600_000 })).rejects.toThrow(
    `Cannot reach Temporal at ${address} (connection refused, tried for 0.2 s).`,
  );
});

async function listen(serve: (socket: Socket) => void): Promise<string> {
  const open = new Set<Socket>();
  const server: Server = createServer((socket) => {
    open.add(socket);
    socket.on('error', () => {});
    serve(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}
