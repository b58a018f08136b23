import { type AddressInfo, createServer } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { startEmbeddedRedis } from '../../src/local/embedded-redis.js';
import { findFreePort } from '../../src/local/ports.js';

vi.mock('../../src/local/ports.js', async (original) => {
  const ports = await original<typeof import('../../src/local/ports.js')>();
  return { findFreePort: vi.fn(ports.findFreePort) };
});

test('a port that somebody took between the look and the use of it is no trouble', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen({ host: '127.0.0.1', port: 0 }, resolve));
  onTestFinished(() => void other.close());
  const { port } = other.address() as AddressInfo;
  vi.mocked(findFreePort).mockResolvedValueOnce(port);
  const redis = await startEmbeddedRedis([]);
  onTestFinished(() => redis.stop());
  expect(redis.port).not.toBe(port);
});
