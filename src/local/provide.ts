/** Everything `daychain up` needs beside itself: finds, starts and prepares the embedded servers that are asked for. */

import { prepareNamespace } from './prepare-namespace.js';
import { type RedisServer, startRedis } from './redis-server.js';
import type { ServerName } from './server-process.js';
import { stopAll } from './stop.js';
import { findTemporal } from './temporal-binary.js';
import { type SearchAttributeType, startTemporal, type TemporalServer } from './temporal-server.js';

export interface ProvideOptions {
  /** The `.daychain` folder, taken with `openHome`. */
  home: string;
  cacheDir: string;
  /** Which servers to start; one that is configured elsewhere is not. Default: both. */
  servers?: readonly ServerName[] | undefined;
  /** Path of the Temporal CLI, where someone named one. */
  temporalBinary?: string | undefined;
  namespace: string;
  /** Default: 400. */
  retentionDays?: number | undefined;
  searchAttributes: Readonly<Record<string, SearchAttributeType>>;
  /** `embedded` starts the Redis in this process even where a program is installed. */
  preferRedis?: 'embedded' | undefined;
  /** Preferred ports; 0: any free one. Default: as last time with these data, else 7233, 8233, 6379. */
  ports?: { temporal?: number; ui?: number; redis?: number } | undefined;
  /** Folders searched for programs, as in PATH. Default: this process's PATH. */
  path?: string | undefined;
  /** Hears each step that takes time, without a full stop. */
  onStep?: ((server: ServerName, text: string) => void) | undefined;
  /** Aborted: what was started is stopped and the signal's reason thrown. */
  signal?: AbortSignal | undefined;
}

export interface ProvidedServers {
  /** Null when it was not asked for. `readyMs`: from the call until it was ready. */
  temporal: (TemporalServer & { readyMs: number }) | null;
  redis: (RedisServer & { readyMs: number }) | null;
  /** Stops both, within 10 seconds. */
  stop(): Promise<void>;
}

/**
 * Starts the servers side by side and resolves when both are ready for work: the namespace has its retention and search
 * attributes. If one fails the other is stopped again and the error thrown (BinaryNotFoundError, ServerStartError,
 * NamespaceError).
 */
export async function provideServers(options: ProvideOptions): Promise<ProvidedServers> {
  const wanted = options.servers ?? ['temporal', 'redis'];
  const [temporal, redis] = await Promise.allSettled([
    wanted.includes('temporal') ? timed(() => provideTemporal(options)) : null,
    wanted.includes('redis') ? timed(() => provideRedis(options)) : null,
  ]);
  if (temporal.status === 'fulfilled' && redis.status === 'fulfilled') {
    if (options.signal?.aborted !== true) {
      const servers = [temporal.value, redis.value];
      return { temporal: temporal.value, redis: redis.value, stop: () => stopAll(servers) };
    }
  }
  await stopAll([temporal, redis].map((result) => (result.status === 'fulfilled' ? result.value : null)));
  options.signal?.throwIfAborted();
  throw [temporal, redis].find((result) => result.status === 'rejected')?.reason;
}

async function provideTemporal(options: ProvideOptions): Promise<TemporalServer> {
  const { home, cacheDir, namespace, searchAttributes, path, signal } = options;
  const onStep = (text: string) => options.onStep?.('temporal', text);
  const binary = await findTemporal({ explicit: options.temporalBinary, cacheDir, home, path, onStep, signal });
  onStep(`starting the Temporal dev server ${binary.version} (${binary.path})`);
  const server = await startTemporal({
    binary,
    home,
    namespace,
    searchAttributes,
    port: options.ports?.temporal,
    uiPort: options.ports?.ui,
    signal,
  });
  try {
    const retentionDays = options.retentionDays ?? 400;
    await prepareNamespace({ address: server.address, namespace, owned: true, retentionDays, searchAttributes });
  } catch (error) {
    await server.stop();
    throw error;
  }
  return server;
}

function provideRedis(options: ProvideOptions): Promise<RedisServer> {
  const { home, path, signal, preferRedis: prefer } = options;
  options.onStep?.('redis', 'starting Redis');
  return startRedis({ home, path, signal, prefer, port: options.ports?.redis });
}

async function timed<T extends object>(start: () => Promise<T>): Promise<T & { readyMs: number }> {
  const began = performance.now();
  const server = await start();
  return { ...server, readyMs: Math.round(performance.now() - began) };
}
