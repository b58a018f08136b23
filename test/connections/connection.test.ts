import { createServer, connect, type AddressInfo, type Socket } from 'node:net';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { openConnection } from '../../src/connections/connection.js';
import { within } from '../support/engine.js';
import { temporalAddress } from '../support/servers.js';

test('a call that waits for its next try ends when its connection is closed, and throws at nobody else', async () => {
  const relay = await relayTo(temporalAddress());
  const connection = await openConnection({ address: relay.address, connectTimeout: 10_000 });
  const refused = relay.refuse();
  const ended = connection.workflowService.getSystemInfo({}).then(
    () => 'answered',
    (error: Error) => error.message,
  );

  await within(10_000, 'the first try is refused', refused);
  await connection.close();

  expect(await within(20_000, 'the call ends', ended)).toMatch(/CANCELLED: Channel has been shut down/);
});

/** Passes bytes on until it is told to refuse; then it ends what it carries and whoever comes. */
async function relayTo(target: string): Promise<{ address: string; refuse: () => Promise<unknown> }> {
  const [host, port] = target.split(':') as [string, string];
  const carried = new Set<Socket>();
  let refusing = false;
  const server = createServer((near) => {
    if (refusing) {
      near.destroy();
      server.emit('refused');
      return;
    }
    const far = connect({ host, port: Number(port) });
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      carried.add(socket);
      socket.on('error', () => other.destroy());
      socket.pipe(other);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    refuse: () => {
      refusing = true;
      const refused = once(server, 'refused');
      for (const socket of carried) socket.destroy();
      return refused;
    },
  };
}
