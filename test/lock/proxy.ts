/** A TCP proxy on loopback that can swallow what the server answers, or cut every connection. */
import { createServer, connect, type AddressInfo, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

export interface Proxy {
  port: number;
  /** From now on requests pass and answers do not, until `restore`. Nothing of what was swallowed comes later. */
  swallowAnswers(): void;
  restore(): void;
  /** Ends every open connection at once. */
  cut(): void;
  /** How many clients are connected. */
  clients(): number;
}

/** Starts a proxy before a local port; it is stopped after the current test. */
export async function startProxy(target: number): Promise<Proxy> {
  const open = new Set<Socket>();
  let clients = 0;
  let swallow = false;
  const track = (socket: Socket) => {
    open.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => open.delete(socket));
  };
  const server = createServer((near) => {
    const far = connect(target, '127.0.0.1');
    track(near);
    track(far);
    clients++;
    near.once('close', () => clients--);
    near.pipe(far);
    far.on('data', (chunk) => {
      if (!swallow && near.writable) near.write(chunk);
    });
    far.once('close', () => near.destroy());
    near.once('close', () => far.destroy());
  });
  const cut = () => open.forEach((socket) => socket.destroy());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    cut();
    await closed;
  });
  return {
    port: (server.address() as AddressInfo).port,
    swallowAnswers: () => (swallow = true),
    restore: () => (swallow = false),
    cut,
    clients: () => clients,
  };
}
